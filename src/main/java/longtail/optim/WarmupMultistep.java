package longtail.optim;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;

/**
 * {@link Multistep} times a factor that grows linearly from {@code start} to 1 in the first epochs.
 *
 * @param milestones epochs at whose begin the rate drops
 * @param factor of each drop, positive
 * @param warmup epochs before the full rate is reached, at least 1
 * @param start the factor of epoch number 0, in [0, 1)
 * @param counting see {@link Counting}; from one, the factor {@code start} itself is never used
 */
public record WarmupMultistep(
    List<Integer> milestones,
    @Default("0.1") double factor,
    @Default("5") int warmup,
    @Default("0.3333333333333333") double start,
    @Default("from-zero") Counting counting)
    implements Schedule {

  /** Checks the ranges. */
  public WarmupMultistep {
    milestones = new Multistep(milestones, factor, counting).milestones();
    Ranges.atLeast("warmup", 1, warmup);
    Ranges.fraction("start", start);
  }

  @Override
  public double rate(double base, Moment moment) {
    double full = new Multistep(milestones, factor, counting).rate(base, moment);
    double progress = Math.min(1, counting.number(moment) / warmup);
    return full * (start * (1 - progress) + progress);
  }
}
