package longtail.optim;

/**
 * A place in a stage, as schedules see it.
 *
 * @param epoch epochs done, with a fraction where the rate changes within an epoch
 * @param next the value of {@code epoch} when the rate may change again
 * @param epochs number of epochs of the stage, at least 1
 */
public record Moment(double epoch, double next, int epochs) {

  /** During epoch {@code epoch}, from 0, where each epoch has one rate. */
  public static Moment ofEpoch(int epoch, int epochs) {
    return new Moment(epoch, epoch + 1.0, epochs);
  }

  /** At step {@code step} of {@code steps} of an epoch, from 0, where each step has its rate. */
  public static Moment ofStep(int epoch, int step, int steps, int epochs) {
    return new Moment(epoch + (double) step / steps, epoch + (double) (step + 1) / steps, epochs);
  }

  /** How long a rate lasts, in epochs. */
  double unit() {
    return next - epoch;
  }
}
