package longtail.dataset;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Per-channel standardisation of pixels scaled to [0, 1]: {@code (x / 255 - mean) / std}.
 *
 * @param mean mean of the red, green and blue channel, {@code [3]}
 * @param std standard deviation of the channels, {@code [3]}, positive
 */
public record Normalization(double[] mean, double[] std) implements Serializable {

  /** Checks lengths and signs and keeps copies. */
  public Normalization {
    if (mean.length != 3 || std.length != 3) {
      throw new IllegalArgumentException(
          "must have 3 means and 3 deviations (red, green, blue), had "
              + mean.length
              + " and "
              + std.length);
    }
    for (double s : std) {
      if (!(s > 0)) {
        throw new IllegalArgumentException("std must be positive, was " + Arrays.toString(std));
      }
    }
    mean = mean.clone();
    std = std.clone();
  }

  /** The statistics of ImageNet that most published recipes use. */
  public static Normalization imageNet() {
    return new Normalization(
        new double[] {0.485, 0.456, 0.406}, new double[] {0.229, 0.224, 0.225});
  }

  /** A copy of the channel means, {@code [3]}. */
  @Override
  public double[] mean() {
    return mean.clone();
  }

  /** A copy of the channel deviations, {@code [3]}. */
  @Override
  public double[] std() {
    return std.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Normalization that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(std, that.std);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
  }

  @Override
  public String toString() {
    return "mean " + Arrays.toString(mean) + ", std " + Arrays.toString(std);
  }
}
