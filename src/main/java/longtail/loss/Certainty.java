package longtail.loss;

/**
 * How sure a model is of one sample, by the softmax of its logits; a sampler may prefer samples
 * that are hard in one of these senses. Probabilities are raised by 1e-30 before a logarithm is
 * taken, so every figure is finite.
 *
 * @param probability of the true class, in [0, 1]
 * @param entropy of all classes in nats, in [0, log classes]; how undecided the model is
 * @param crossEntropy negative log probability of the true class in nats, at most 69.1
 */
public record Certainty(double probability, double entropy, double crossEntropy) {
  private static final double TINY = 1e-30;

  /**
   * The figures of one sample.
   *
   * @param logits one per class, finite
   * @param label true class, in {@code [0, classes)}
   */
  public static Certainty of(double[] logits, int label) {
    if (label < 0 || label >= logits.length) {
      throw new IllegalArgumentException(
          "label must be in [0, %d), was %d".formatted(logits.length, label));
    }
    double largest = Softmax.largest(logits);
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit - largest);
    }
    double entropy = 0;
    for (double logit : logits) {
      double p = Math.exp(logit - largest) / sum + TINY;
      entropy -= p * Math.log(p);
    }
    double probability = Math.exp(logits[label] - largest) / sum;
    return new Certainty(probability, entropy, -Math.log(probability + TINY));
  }
}
