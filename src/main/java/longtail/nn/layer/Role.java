package longtail.nn.layer;

/** What the numbers of a {@code ParameterBlock} are. */
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
  /** The bias of a convolution, {@code [out]}. */
  CONVOLUTION_BIAS,
  /** The weight of a linear layer of the backbone, {@code [outputs, width]}. */
  FEATURE_WEIGHT,
  /** The bias of a linear layer of the backbone, {@code [outputs]}. */
  FEATURE_BIAS,
  /** The classifier's weight, {@code [classes, width]}. */
  HEAD_WEIGHT,
  /** The classifier's bias, {@code [classes]}. */
  HEAD_BIAS,
  /** What the classifier's logits are multiplied by, {@code [classes]}. */
  HEAD_SCALE,
  /** The weight of a classifier that learns other things, {@code [classes, width]}. */
  FIXED_WEIGHT,
  /** The bias of a classifier that learns other things, {@code [classes]}. */
  FIXED_BIAS,
  /** The weight of a layer of the head beside the classifier, {@code [outputs, width]}. */
  AUXILIARY_WEIGHT,
  /** The bias of a layer of the head beside the classifier, {@code [outputs]}. */
  AUXILIARY_BIAS,
  /** Features that a head remembers, one per class, {@code [classes, width]}; no optimiser's. */
  CENTROIDS;

  /** Whether an optimiser may change such numbers. */
  public boolean trainable() {
    return switch (this) {
      case RUNNING_MEAN, RUNNING_VARIANCE, FIXED_WEIGHT, FIXED_BIAS, CENTROIDS -> false;
      case CONVOLUTION, CONVOLUTION_BIAS, FEATURE_WEIGHT, FEATURE_BIAS -> true;
      case NORM_SCALE, NORM_SHIFT -> true;
      case HEAD_WEIGHT, HEAD_BIAS, HEAD_SCALE, AUXILIARY_WEIGHT, AUXILIARY_BIAS -> true;
    };
  }

  /** Whether such numbers belong to the head rather than to the backbone. */
  public boolean head() {
    return switch (this) {
      case CONVOLUTION, CONVOLUTION_BIAS, FEATURE_WEIGHT, FEATURE_BIAS -> false;
      case NORM_SCALE, NORM_SHIFT, RUNNING_MEAN, RUNNING_VARIANCE -> false;
      case HEAD_WEIGHT, HEAD_BIAS, HEAD_SCALE, FIXED_WEIGHT, FIXED_BIAS -> true;
      case AUXILIARY_WEIGHT, AUXILIARY_BIAS, CENTROIDS -> true;
    };
  }

  /** Whether such numbers are the weight of a linear map rather than something for each output. */
  public boolean weight() {
    return switch (this) {
      case CONVOLUTION, FEATURE_WEIGHT, HEAD_WEIGHT, FIXED_WEIGHT, AUXILIARY_WEIGHT -> true;
      case NORM_SCALE, NORM_SHIFT, RUNNING_MEAN, RUNNING_VARIANCE -> false;
      case CONVOLUTION_BIAS, FEATURE_BIAS, HEAD_BIAS, FIXED_BIAS, AUXILIARY_BIAS -> false;
      case HEAD_SCALE, CENTROIDS -> false;
    };
  }

  /** Whether such numbers are added to the outputs of a linear map. */
  public boolean bias() {
    return switch (this) {
      case CONVOLUTION_BIAS, FEATURE_BIAS, HEAD_BIAS, FIXED_BIAS, AUXILIARY_BIAS -> true;
      case CONVOLUTION, FEATURE_WEIGHT, HEAD_WEIGHT, FIXED_WEIGHT, AUXILIARY_WEIGHT -> false;
      case NORM_SCALE, NORM_SHIFT, RUNNING_MEAN, RUNNING_VARIANCE -> false;
      case HEAD_SCALE, CENTROIDS -> false;
    };
  }
}
