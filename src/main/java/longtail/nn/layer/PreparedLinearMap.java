package longtail.nn.layer;

import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An operation that is linear in its one input and has no parameters: its tangent is what it does
 * to that of the input.
 *
 * @param map writes the output for an input
 * @param transposed writes the gradient of the input for that of the output
 * @param release what there is to do when it closes
 */
record PreparedLinearMap(
    BiConsumer<INDArray, INDArray> map, BiConsumer<INDArray, INDArray> transposed, Runnable release)
    implements PreparedOperator {
  @Override
  public void forward(INDArray[] x, INDArray y) {
    map.accept(x[0], y);
  }

  @Override
  public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
    if (gradX[0] != null) {
      transposed.accept(gradY, gradX[0]);
    }
  }

  @Override
  public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
    map.accept(tangentX[0], tangentY);
  }

  @Override
  public void close() {
    release.run();
  }
}
