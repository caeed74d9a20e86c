package longtail.sample;

/** What makes an image more urgent to draw: how unsure the model is of it. */
public enum Hardness {
  /** Nothing: the model does not matter. */
  NONE(0),
  /** One minus the probability of the true class. */
  SCORE(1),
  /** Entropy of the probabilities, in nats. */
  ENTROPY(6.9),
  /** Cross-entropy, in nats. */
  CROSS_ENTROPY(6.9);

  private final double largest;

  Hardness(double largest) {
    this.largest = largest;
  }

  /** The value that greater ones are cut to, and that an image has which was never seen. */
  public double largest() {
    return largest;
  }

  /** {@code value}, held between 0 and the largest. */
  double clipped(double value) {
    return Math.max(0, Math.min(value, largest));
  }
}
