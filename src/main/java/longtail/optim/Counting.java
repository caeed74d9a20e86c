package longtail.optim;

/**
 * Which number of the running epoch a schedule's formula sees; where the rate changes with every
 * step, the same of steps, as fractions of an epoch.
 *
 * <p>A scheduler that steps <em>before</em> each epoch makes every drop happen one epoch early and
 * lets a cosine end at its minimum in the last epoch; published runs did so.
 */
public enum Counting {
  /** 0, 1, ...: the number of epochs that are complete. */
  FROM_ZERO,
  /** 1, 2, ...: as if the running epoch were already complete. */
  FROM_ONE;

  /** What a formula takes for the epochs that are complete. */
  public double number(Moment moment) {
    return this == FROM_ZERO ? moment.epoch() : moment.next();
  }
}
