package longtail.optim;

import longtail.config.Default;
import longtail.config.Ranges;

/**
 * How the optimiser treats the parts of a network.
 *
 * @param headRate factor of the learning rate for the classifier, not negative
 * @param backboneRate factor of the learning rate for everything else, not negative
 * @param decay what weight decay acts on
 */
public record ParameterGroups(
    @Default("1") double headRate, @Default("1") double backboneRate, @Default("all") Decay decay) {
  /** What weight decay acts on. */
  public enum Decay {
    /** Every trained parameter, as in the papers. */
    ALL,
    /** All but scales and shifts of normalisations. */
    WITHOUT_NORMALIZATION,
    /** Weights alone: neither normalisations nor biases. */
    WEIGHTS
  }

  /** Checks the factors. */
  public ParameterGroups {
    Ranges.notNegative("head-rate", headRate);
    Ranges.notNegative("backbone-rate", backboneRate);
  }

  /** One treatment for all. */
  public static ParameterGroups uniform() {
    return new ParameterGroups(1, 1, Decay.ALL);
  }
}
