package longtail.nn.kernel;

/**
 * A convolution without bias over square windows, padded by half a window on every side; a dilated
 * window counts with its gaps.
 *
 * @param input extents of the input
 * @param outputs number of output channels
 * @param window rows and columns of the window, odd
 * @param stride step between windows
 * @param dilation step between the rows and columns of a window
 * @param groups number of groups; each maps its share of the input channels to its share of the
 *     output channels
 */
public record ConvolutionShape(
    MapShape input, long outputs, int window, int stride, int dilation, int groups) {
  /** Checks that the groups divide the channels. */
  public ConvolutionShape {
    if (groups < 1 || input.channels() % groups != 0 || outputs % groups != 0) {
      throw new IllegalArgumentException(
          "groups must divide %d and %d channels, were %d"
              .formatted(input.channels(), outputs, groups));
    }
  }

  /** A convolution without gaps in its windows. */
  public ConvolutionShape(MapShape input, long outputs, int window, int stride, int groups) {
    this(input, outputs, window, stride, 1, groups);
  }

  /** A convolution of one group, in which every output channel sees every input channel. */
  public ConvolutionShape(MapShape input, long outputs, int window, int stride) {
    this(input, outputs, window, stride, 1);
  }

  /** Extents of the output. */
  public MapShape output() {
    return new MapShape(input.batch(), extent(input.height()), extent(input.width()), outputs);
  }

  /** Shape of the weight, {@code [out, in / groups, window, window]}. */
  public long[] weight() {
    return new long[] {outputs, input.channels() / groups, window, window};
  }

  /** Multiplications and additions of one direction: forward, by the data or by the weight. */
  public double operations() {
    return 2.0 * output().positions() * outputs * input.channels() / groups * window * window;
  }

  /** Zeros before the first row and column. */
  public int padding() {
    return span() / 2;
  }

  private long extent(long size) {
    return (size + 2L * padding() - span()) / stride + 1;
  }

  /** Rows and columns of the window with its gaps. */
  int span() {
    return (window - 1) * dilation + 1;
  }
}
