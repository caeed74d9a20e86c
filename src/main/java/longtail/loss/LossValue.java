package longtail.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The loss of a batch with its gradient. */
public final class LossValue {
  private final double value;
  private final INDArray gradLogits;
  private final double[] samples;

  /** A value whose samples are not known one by one. */
  public LossValue(double value, INDArray gradLogits) {
    this(value, gradLogits, new double[0]);
  }

  LossValue(double value, INDArray gradLogits, double[] samples) {
    this.value = value;
    this.gradLogits = gradLogits;
    this.samples = samples;
  }

  /** The loss: mean or sum over the batch, as {@link Reduction} says. */
  public double value() {
    return value;
  }

  /** Gradient of {@link #value} with respect to the logits, {@code [batch, classes]}. */
  public INDArray gradLogits() {
    return gradLogits;
  }

  /** The loss of each sample before the reduction, {@code [batch]}; a copy. */
  public double[] samples() {
    return samples.clone();
  }
}
