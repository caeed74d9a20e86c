package longtail.nn.kernel;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Option A shortcut by oneDNN: a copy between strided windows of the two maps. */
final class OneDnnSubsample implements SubsampleKernel {
  private final List<Window> windows = new ArrayList<>();

  OneDnnSubsample(MapShape input, long channels, DataType type) {
    long rows = (input.height() + 1) / 2;
    // With an odd height the last row's window would overlap the next map's first one in oneDNN's
    // eyes, so it is copied apart.
    long together = input.height() % 2 == 0 ? rows : rows - 1;
    if (together > 0) {
      windows.add(new Window(input, channels, 0, together, type));
    }
    if (together < rows) {
      windows.add(new Window(input, channels, together, 1, type));
    }
  }

  @Override
  public void forward(INDArray input, INDArray output) {
    clear(output);
    for (Window window : windows) {
      window.bind(input, output);
      window.forward.run();
    }
  }

  @Override
  public void backward(INDArray gradY, INDArray gradX) {
    clear(gradX);
    for (Window window : windows) {
      window.bind(gradX, gradY);
      window.backward.run();
    }
  }

  private static void clear(INDArray array) {
    long bytes = array.length() * array.dataType().width();
    Pointer.memset(new OneDnn.Address(Slot.address(array)), 0, bytes);
  }

  @Override
  public void close() {
    windows.forEach(Window::close);
  }

  /** Some rows of the small map and where they come from. */
  private static final class Window implements AutoCloseable {
    private final Slot x;
    private final Slot y;
    private final long startX;
    private final long startY;
    private final Reorder forward;
    private final Reorder backward;

    Window(MapShape input, long channels, long firstRow, long rows, DataType type) {
      long columns = (input.width() + 1) / 2;
      long rowX = input.width() * input.channels();
      long rowY = columns * channels;
      long[] extents = {input.batch(), input.channels(), rows, columns};
      memory.desc sparse =
          strided(extents, input.height() * rowX, 2 * rowX, 2 * input.channels(), type);
      memory.desc padded = strided(extents, (input.height() + 1) / 2 * rowY, rowY, channels, type);
      startX = 2 * firstRow * rowX * type.width();
      startY = (firstRow * rowY + (channels - input.channels()) / 2) * type.width();
      x = Slot.open(sparse);
      y = Slot.open(padded);
      forward = new Reorder(sparse, x, padded, y);
      backward = new Reorder(padded, y, sparse, x);
    }

    private static memory.desc strided(
        long[] extents, long map, long row, long column, DataType type) {
      return new memory.desc(extents, OneDnn.typeOf(type), new long[] {map, 1, row, column});
    }

    void bind(INDArray large, INDArray small) {
      x.bind(Slot.address(large) + startX);
      y.bind(Slot.address(small) + startY);
    }

    @Override
    public void close() {
      forward.close();
      backward.close();
      x.close();
      y.close();
    }
  }
}
