package longtail.train;

import java.io.Serializable;

/**
 * What a worker counted during a round.
 *
 * @param examples images that were learned from
 * @param lossSum sum over the images of their loss
 * @param correct images whose largest logit was that of their class
 * @param waitNanos time spent waiting for decoded and augmented images
 * @param computeNanos time spent in forward, loss, backward and update
 */
public record Counters(
    long examples, double lossSum, long correct, long waitNanos, long computeNanos)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Nothing counted. */
  public static final Counters NONE = new Counters(0, 0, 0, 0, 0);

  /** The sums of both. */
  public Counters plus(Counters other) {
    return new Counters(
        examples + other.examples,
        lossSum + other.lossSum,
        correct + other.correct,
        waitNanos + other.waitNanos,
        computeNanos + other.computeNanos);
  }

  /** Mean loss of an image; 0 without images. */
  public double loss() {
    return examples == 0 ? 0 : lossSum / examples;
  }

  /** Fraction of the images that were classified correctly; 0 without images. */
  public double accuracy() {
    return examples == 0 ? 0 : (double) correct / examples;
  }
}
