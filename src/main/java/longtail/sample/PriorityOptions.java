package longtail.sample;

import longtail.config.Default;

/**
 * How hardness and manual weights make up priorities.
 *
 * @param manual the weights that do not depend on the model
 * @param hardness what the adaptive part measures; none: manual weights alone
 * @param fixedScale the sum of the manual part over that of the adaptive part at the beginning;
 *     negative: no manual part, instead the adaptive part of each class is multiplied by the ratio
 *     of its manual weight to its images
 * @param rescaling whether that ratio of sums is restored each time the manual weights move
 * @param alpha power of the priorities, positive
 * @param momentum share of an image's last change in its next one, in [0, 1)
 * @param repeats what an image that comes twice in a step adds to its class
 */
public record PriorityOptions(
    @Default("{}") ManualWeights manual,
    @Default("score") Hardness hardness,
    @Default("1") double fixedScale,
    @Default("once") Rescaling rescaling,
    @Default("1") double alpha,
    @Default("0") double momentum,
    @Default("once") Repeats repeats) {
  /** When the manual part is scaled to the adaptive part. */
  public enum Rescaling {
    /** At the beginning. */
    ONCE,
    /** Whenever the manual weights move. */
    ALWAYS
  }

  /** What an image that comes twice in a step adds to its class. */
  public enum Repeats {
    /** Its change, once. */
    ONCE,
    /**
     * Its change, each time, as in the code of Balanced Meta-Softmax, which lets the class drift
     * away from the sum over its images; where alpha is not 1, once.
     */
    SUMMED
  }

  /** Checks the ranges; a decaying root leaves no place for hardness. */
  public PriorityOptions {
    if (!(alpha > 0) || Double.isInfinite(alpha)) {
      throw new IllegalArgumentException("alpha must be positive and finite, was " + alpha);
    }
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum must be in [0, 1), was " + momentum);
    }
    if (Double.isNaN(fixedScale) || Double.isInfinite(fixedScale)) {
      throw new IllegalArgumentException("fixed-scale must be finite, was " + fixedScale);
    }
    if (manual.rootDecay() != ManualWeights.RootDecay.NONE && hardness != Hardness.NONE) {
      throw new IllegalArgumentException(
          "hardness must be none where the root decays, was " + hardness);
    }
  }
}
