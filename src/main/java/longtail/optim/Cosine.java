package longtail.optim;

import java.util.Optional;
import longtail.config.Default;
import longtail.config.Ranges;

/**
 * Half a cosine wave from the base rate to the minimum: {@code minimum + (base - minimum) * (1 +
 * cos(pi * epoch / period)) / 2}. After the period the rate rises again.
 *
 * @param minimum the rate at the end, not negative
 * @param period epochs of the half wave; all epochs of the stage if absent
 * @param counting see {@link Counting}
 */
public record Cosine(
    @Default("0.0") double minimum,
    Optional<Integer> period,
    @Default("from-zero") Counting counting)
    implements Schedule {

  /** Checks the ranges. */
  public Cosine {
    Ranges.notNegative("minimum", minimum);
    period.ifPresent(epochs -> Ranges.atLeast("period", 1, epochs));
  }

  @Override
  public double rate(double base, Moment moment) {
    return wave(base, minimum, counting.number(moment) / period.orElse(moment.epochs()));
  }

  /** The wave after the fraction {@code progress} of its period. */
  static double wave(double base, double minimum, double progress) {
    return minimum + (base - minimum) * (1 + Math.cos(Math.PI * progress)) / 2;
  }
}
