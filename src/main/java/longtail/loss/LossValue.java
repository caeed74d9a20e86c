package longtail.loss;

import java.util.Optional;
import java.util.OptionalDouble;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The loss of a batch with its gradient. */
public final class LossValue {
  private final double value;
  private final INDArray gradLogits;
  private final Optional<INDArray> gradFeatures;
  private final OptionalDouble divisor;
  private final double[] samples;

  /** A mean over the batch whose samples are not known one by one. */
  public LossValue(double value, INDArray gradLogits) {
    this(value, gradLogits, new double[0]);
  }

  /** A mean over the batch. */
  LossValue(double value, INDArray gradLogits, double[] samples) {
    this(
        value,
        gradLogits,
        Optional.empty(),
        OptionalDouble.of((double) gradLogits.size(0)),
        samples);
  }

  LossValue(
      double value,
      INDArray gradLogits,
      Optional<INDArray> gradFeatures,
      OptionalDouble divisor,
      double[] samples) {
    this.value = value;
    this.gradLogits = gradLogits;
    this.gradFeatures = gradFeatures;
    this.divisor = divisor;
    this.samples = samples;
  }

  /** The same with a gradient at the features, {@code [batch, width]}. */
  public LossValue withGradFeatures(INDArray gradient) {
    return new LossValue(value, gradLogits, Optional.of(gradient), divisor, samples);
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

  /**
   * What the sum over the samples was divided by: their number, or the sum of their weights; empty
   * for a sum that was not divided. With it, means over parts of a batch become the mean over all
   * of it.
   */
  public OptionalDouble divisor() {
    return divisor;
  }

  /** The loss of each sample before weights, shares and reduction, {@code [batch]}; a copy. */
  public double[] samples() {
    return samples.clone();
  }
}
