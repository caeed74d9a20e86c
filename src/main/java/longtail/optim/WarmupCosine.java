package longtail.optim;

import longtail.config.Default;
import longtail.config.Ranges;

/**
 * A linear rise from {@code start * base} to the base rate in the first epochs, then half a cosine
 * wave to the minimum. The base rate is reached in the last epoch of the warm-up; the minimum would
 * be reached in the epoch after the last.
 *
 * @param warmup epochs of the rise, at least 1, or 2 with a {@code compat}. With 1 and one rate per
 *     epoch the first epoch has the base rate already; with {@code rate-changes: every-step} the
 *     rate rises within it
 * @param start the rate of the first epoch as a fraction of the base rate, in [0, 1)
 * @param minimum the rate at the end, not negative
 * @param compat the timing of a published implementation
 */
public record WarmupCosine(
    @Default("10") int warmup,
    @Default("0.1") double start,
    @Default("0.0") double minimum,
    @Default("none") Compat compat)
    implements Schedule {

  /** Timing of the published implementations. */
  public enum Compat {
    /** As described. */
    NONE,
    /** Balanced Meta-Softmax: the last epoch runs at the minimum. */
    BALMS,
    /**
     * GLMC: each epoch uses the rate meant for the one before, the first the full base rate, and
     * the rise goes one epoch too far, beyond the base rate.
     */
    GLMC
  }

  /** Checks the ranges. */
  public WarmupCosine {
    Ranges.atLeast("warmup", 1, warmup);
    if (warmup == 1 && compat != Compat.NONE) {
      throw new IllegalArgumentException(
          "warmup must be at least 2 with a compat, whose rise takes two epochs, was 1");
    }
    Ranges.fraction("start", start);
    Ranges.notNegative("minimum", minimum);
  }

  @Override
  public double rate(double base, Moment moment) {
    double peak = warmup - moment.unit();
    double wave = moment.epochs() - peak;
    return switch (compat) {
      case NONE -> planned(base, moment.epoch(), peak, peak, wave);
      case BALMS -> planned(base, moment.epoch(), peak, peak, wave - moment.unit());
      case GLMC ->
          moment.epoch() == 0
              ? base
              : planned(base, moment.epoch() - moment.unit(), peak, peak + moment.unit(), wave);
    };
  }

  /** Rises while {@code epoch <= lastRise}; the wave begins at the end of the regular warm-up. */
  private double planned(double base, double epoch, double peak, double lastRise, double wave) {
    if (epoch <= lastRise && peak > 0) {
      return base * (start + (1 - start) * epoch / peak);
    }
    return Cosine.wave(base, minimum, (epoch - peak) / wave);
  }
}
