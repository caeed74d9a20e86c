package longtail.nn.kernel;

/**
 * A batch normalisation, with the rectifier that follows it if there is one.
 *
 * @param map extents of input and output
 * @param epsilon added to the variance
 * @param activation what follows the normalisation
 * @param statistics where mean and variance come from
 */
public record NormalizationShape(
    MapShape map, double epsilon, Activation activation, Statistics statistics) {
  /** What follows a normalisation inside the same kernel. */
  public enum Activation {
    /** Nothing. */
    NONE,
    /** {@code max(0, y)}. */
    RELU
  }

  /** Where mean and variance come from. */
  public enum Statistics {
    /** The kernel computes them from its input; the gradient flows through them. */
    BATCH,
    /** The caller gives them; they are constants. */
    GIVEN,
    /** The caller gives them, and no backward pass will follow. */
    GIVEN_FORWARD_ONLY
  }

  /** Whether a rectifier follows. */
  public boolean rectified() {
    return activation == Activation.RELU;
  }

  /** Whether the kernel computes mean and variance itself. */
  public boolean ofBatch() {
    return statistics == Statistics.BATCH;
  }
}
