package longtail.nn;

/** What the numbers of a {@link ParameterBlock} are. */
public enum Role {
  /** A convolution's weight, {@code [out, in, height, width]}. */
  CONVOLUTION,
  /** A batch normalisation's scale (gamma). */
  NORM_SCALE,
  /** A batch normalisation's shift (beta). */
  NORM_SHIFT,
  /** A batch normalisation's running mean; moved by the forward pass, never by an optimiser. */
  RUNNING_MEAN,
  /** A batch normalisation's running variance; moved by the forward pass, never by an optimiser. */
  RUNNING_VARIANCE,
  /** The classifier's weight, {@code [classes, width]}. */
  HEAD_WEIGHT,
  /** The classifier's bias, {@code [classes]}. */
  HEAD_BIAS;

  /** Whether an optimiser may change such numbers. */
  public boolean trainable() {
    return this != RUNNING_MEAN && this != RUNNING_VARIANCE;
  }

  /** Whether such numbers belong to the classifier rather than to the backbone. */
  public boolean head() {
    return this == HEAD_WEIGHT || this == HEAD_BIAS;
  }
}
