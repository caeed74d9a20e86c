package longtail.nn.kernel;

import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.Grid;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Maximum over windows by our own CUDA source; of every window it keeps which of its numbers was
 * the largest, the first of equals.
 */
final class CudaMaxPool implements MaxPoolKernel {
  /** What a byte can tell apart. */
  private static final int MOST_OF_WINDOW = 256;

  private final MaxPoolShape shape;
  private final Device device;
  private final long inputs;
  private final long outputs;
  private long where;

  CudaMaxPool(MaxPoolShape shape, Device device) {
    if (shape.window() * shape.window() > MOST_OF_WINDOW) {
      throw new IllegalArgumentException(
          "a window has at most %d numbers, not %d"
              .formatted(MOST_OF_WINDOW, shape.window() * shape.window()));
    }
    this.shape = shape;
    this.device = device;
    inputs = shape.input().positions() * shape.input().channels();
    outputs = shape.output().positions() * shape.output().channels();
    where = device.allocate(outputs);
  }

  @Override
  public void forward(INDArray x, INDArray y) {
    launch("maxPool", Slot.address(x), Slot.address(y), where, outputs);
  }

  @Override
  public void backward(INDArray x, INDArray gradY, INDArray gradX) {
    launch("maxPoolBackward", where, Slot.address(gradY), Slot.address(gradX), inputs);
  }

  @Override
  public void tangent(INDArray x, INDArray tangentX, INDArray tangentY) {
    launch(
        "maxPoolTangent", Slot.address(x), Slot.address(tangentX), Slot.address(tangentY), outputs);
  }

  private void launch(String kernel, long first, long second, long third, long length) {
    MapShape in = shape.input();
    MapShape out = shape.output();
    device.launch(
        kernel,
        Grid.over(length, device),
        first,
        second,
        third,
        Math.toIntExact(in.height()),
        Math.toIntExact(in.width()),
        Math.toIntExact(in.channels()),
        Math.toIntExact(out.height()),
        Math.toIntExact(out.width()),
        shape.window(),
        shape.stride(),
        length);
  }

  @Override
  public void close() {
    device.free(where);
    where = 0;
  }
}
