package longtail.optim;

import longtail.config.Default;
import longtail.config.Ranges;

/**
 * A drop every so many epochs: {@code base * factor^floor(epoch / every)}.
 *
 * @param every epochs between drops, at least 1
 * @param factor of each drop, positive
 * @param counting see {@link Counting}
 */
public record Step(
    int every, @Default("0.1") double factor, @Default("from-zero") Counting counting)
    implements Schedule {

  /** Checks the ranges. */
  public Step {
    Ranges.atLeast("every", 1, every);
    Ranges.positive("factor", factor);
  }

  @Override
  public double rate(double base, Moment moment) {
    return base * Math.pow(factor, Math.floor(counting.number(moment) / every));
  }
}
