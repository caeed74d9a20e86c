package longtail.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastCopyOp;
import org.nd4j.linalg.factory.Nd4j;

/** Mean over all positions by ND4J. */
final class Nd4jPool implements PoolKernel {
  private final long positions;
  private final INDArray scaled;

  Nd4jPool(MapShape input, DataType type) {
    positions = input.height() * input.width();
    scaled = Scratch.array(type, input.batch(), input.channels());
  }

  @Override
  public void forward(INDArray x, INDArray y) {
    y.assign(x.mean(1, 2));
  }

  @Override
  public void backward(INDArray gradY, INDArray gradX) {
    scaled.assign(gradY).divi(positions);
    Nd4j.getExecutioner().exec(new BroadcastCopyOp(gradX, scaled, gradX, 0, 3));
  }

  @Override
  public void close() {
    Scratch.release(scaled);
  }
}
