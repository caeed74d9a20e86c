package longtail.nn.kernel.cuda;

/** What computes convolutions of one extent on a device. */
public interface ConvolutionEngine extends AutoCloseable {
  /** Which of the three arrays is the result. */
  enum Direction {
    /** {@code y}. */
    FORWARD,
    /** The gradient of {@code x}. */
    BACK_DATA,
    /** The gradient of the weights. */
    BACK_WEIGHTS
  }

  /** Makes engines. */
  interface Maker {
    /** One for {@code extents}. */
    ConvolutionEngine of(ConvolutionExtents extents);
  }

  /**
   * Computes one array from the two others, of which those of the other side are gradients.
   *
   * @param x address of {@code [batch, height, width, channels]}
   * @param weights address of {@code [outputs, window, window, channels / groups]} numbers as in
   *     maps; their gradient as {@link #wideGradients} says
   * @param y address of {@code [batch, rows, columns, outputs]}
   */
  void run(Direction direction, long x, long weights, long y);

  /** Whether the gradient of the weights comes in float32, else in the numbers of maps. */
  boolean wideGradients();

  @Override
  default void close() {}
}
