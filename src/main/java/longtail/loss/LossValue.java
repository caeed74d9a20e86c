package longtail.loss;

import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The loss of a batch with its gradient. */
public final class LossValue {
  private final double value;
  private final INDArray gradLogits;
  private final Optional<INDArray> gradFeatures;
  private final double[] samples;

  /** A value whose samples are not known one by one. */
  public LossValue(double value, INDArray gradLogits) {
    this(value, gradLogits, Optional.empty(), new double[0]);
  }

  LossValue(double value, INDArray gradLogits, double[] samples) {
    this(value, gradLogits, Optional.empty(), samples);
  }

  LossValue(double value, INDArray gradLogits, Optional<INDArray> gradFeatures, double[] samples) {
    this.value = value;
    this.gradLogits = gradLogits;
    this.gradFeatures = gradFeatures;
    this.samples = samples;
  }

  /** The same with a gradient at the features, {@code [batch, width]}. */
  public LossValue withGradFeatures(INDArray gradient) {
    return new LossValue(value, gradLogits, Optional.of(gradient), samples);
  }

  /** The loss: mean or sum over the batch, as {@link Reduction} says, or a weighted mean. */
  public double value() {
    return value;
  }

  /** Gradient of {@link #value} with respect to the logits, {@code [batch, classes]}. */
  public INDArray gradLogits() {
    return gradLogits;
  }

  /**
   * Gradient of {@link #value} with respect to the features where they enter the loss not only by
   * the logits, {@code [batch, width]}; empty for zero.
   */
  public Optional<INDArray> gradFeatures() {
    return gradFeatures;
  }

  /** The loss of each sample before weights, shares and reduction, {@code [batch]}; a copy. */
  public double[] samples() {
    return samples.clone();
  }
}
