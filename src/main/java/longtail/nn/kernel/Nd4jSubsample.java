package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Option A shortcut by ND4J: an assignment between two views. */
final class Nd4jSubsample implements SubsampleKernel {
  private final MapShape input;
  private final long before;

  Nd4jSubsample(MapShape input, long channels) {
    this.input = input;
    before = (channels - input.channels()) / 2;
  }

  @Override
  public void forward(INDArray x, INDArray y) {
    y.assign(0);
    middle(y).assign(sparse(x));
  }

  @Override
  public void backward(INDArray gradY, INDArray gradX) {
    gradX.assign(0);
    sparse(gradX).assign(middle(gradY));
  }

  private INDArray sparse(INDArray x) {
    return x.get(
        NDArrayIndex.all(),
        everySecond(input.height()),
        everySecond(input.width()),
        NDArrayIndex.all());
  }

  private static INDArrayIndex everySecond(long extent) {
    return extent == 1 ? NDArrayIndex.all() : NDArrayIndex.interval(0, 2, extent);
  }

  private INDArray middle(INDArray y) {
    return y.get(
        NDArrayIndex.all(),
        NDArrayIndex.all(),
        NDArrayIndex.all(),
        NDArrayIndex.interval(before, before + input.channels()));
  }
}
