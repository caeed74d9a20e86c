package longtail.nn.kernel;

/**
 * A convolution without bias over square windows, padded by half a window on every side.
 *
 * @param input extents of the input
 * @param outputs number of output channels
 * @param window rows and columns of the window, odd
 * @param stride step between windows
 */
public record ConvolutionShape(MapShape input, long outputs, int window, int stride) {
  /** Extents of the output. */
  public MapShape output() {
    return new MapShape(input.batch(), extent(input.height()), extent(input.width()), outputs);
  }

  /** Zeros before the first row and column. */
  public int padding() {
    return window / 2;
  }

  private long extent(long size) {
    return (size + 2L * padding() - window) / stride + 1;
  }
}
