package longtail.nn.kernel;

import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Option A shortcut by oneDNN: a copy between strided windows of the two maps. */
final class OneDnnSubsample implements SubsampleKernel {
  private final Slot x;
  private final Slot y;
  private final long offsetBytes;
  private final Reorder forward;
  private final Reorder backward;

  OneDnnSubsample(MapShape input, long channels) {
    long rows = (input.height() + 1) / 2;
    long columns = (input.width() + 1) / 2;
    long[] extents = {input.batch(), input.channels(), rows, columns};
    memory.desc sparse =
        window(
            extents,
            input.height() * input.width() * input.channels(),
            2 * input.width() * input.channels(),
            2 * input.channels());
    memory.desc padded = window(extents, rows * columns * channels, columns * channels, channels);
    offsetBytes = (channels - input.channels()) / 2 * Float.BYTES;
    x = Slot.open(sparse);
    y = Slot.open(padded);
    forward = new Reorder(sparse, x, padded, y);
    backward = new Reorder(padded, y, sparse, x);
  }

  private static memory.desc window(long[] extents, long map, long row, long column) {
    return new memory.desc(extents, memory.data_type.f32, new long[] {map, 1, row, column});
  }

  @Override
  public void forward(INDArray input, INDArray output) {
    output.assign(0);
    x.bind(input);
    y.bind(Slot.address(output) + offsetBytes);
    forward.run();
  }

  @Override
  public void backward(INDArray gradY, INDArray gradX) {
    gradX.assign(0);
    x.bind(gradX);
    y.bind(Slot.address(gradY) + offsetBytes);
    backward.run();
  }

  @Override
  public void close() {
    forward.close();
    backward.close();
    x.close();
    y.close();
  }
}
