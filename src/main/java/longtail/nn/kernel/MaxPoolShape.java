package longtail.nn.kernel;

/**
 * A maximum over square windows; positions outside the map, half a window on every side, never win.
 *
 * @param input extents of the input
 * @param window rows and columns of the window, odd
 * @param stride step between windows
 */
public record MaxPoolShape(MapShape input, int window, int stride) {
  /** Extents of the output. */
  public MapShape output() {
    return new MapShape(
        input.batch(), extent(input.height()), extent(input.width()), input.channels());
  }

  /** Positions before the first row and column. */
  public int padding() {
    return window / 2;
  }

  private long extent(long size) {
    return (size + 2L * padding() - window) / stride + 1;
  }
}
