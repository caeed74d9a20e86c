package longtail.eval;

/** The mean of the values so far, each counted as often as it has samples. */
public final class RunningMean {
  private double last;
  private double sum;
  private long count;

  /**
   * Adds the mean {@code value} of {@code samples} samples.
   *
   * @param samples not negative; without any, the mean stays
   */
  public void add(double value, long samples) {
    if (samples < 0) {
      throw new IllegalArgumentException(
          "the number of samples must not be negative, was " + samples);
    }
    last = value;
    if (samples > 0) {
      sum += samples * value;
      count += samples;
    }
  }

  /** The value added last; 0 before the first. */
  public double last() {
    return last;
  }

  /** The mean of all samples; 0 without any. */
  public double mean() {
    return count == 0 ? 0 : sum / count;
  }

  /** The sum over all samples. */
  public double sum() {
    return sum;
  }

  /** Number of samples. */
  public long count() {
    return count;
  }
}
