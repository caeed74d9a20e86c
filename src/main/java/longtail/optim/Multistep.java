package longtail.optim;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;

/**
 * A drop at each milestone: {@code base * factor^k} with {@code k} the number of milestones that
 * are at most the epoch.
 *
 * @param milestones epochs at whose begin the rate drops
 * @param factor of each drop, positive
 * @param counting see {@link Counting}
 */
public record Multistep(
    List<Integer> milestones,
    @Default("0.1") double factor,
    @Default("from-zero") Counting counting)
    implements Schedule {

  /** Checks the ranges. */
  public Multistep {
    milestones = List.copyOf(milestones);
    milestones.forEach(milestone -> Ranges.atLeast("milestones", 0, milestone));
    Ranges.positive("factor", factor);
  }

  @Override
  public double rate(double base, Moment moment) {
    double number = counting.number(moment);
    int drops = Math.toIntExact(milestones.stream().filter(m -> m <= number).count());
    return base * Math.pow(factor, drops);
  }
}
