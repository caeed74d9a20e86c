package longtail.eval;

import java.io.Serializable;

/** The mean of feature vectors, kept as their sum and number, so that the parts of a set merge. */
public final class FeatureMean implements Serializable {
  private static final long serialVersionUID = 1L;

  private final double[] sum;
  private long count;

  private FeatureMean(double... sum) {
    this.sum = sum;
  }

  /** The mean of nothing yet, of vectors of {@code width} numbers. */
  public static FeatureMean of(int width) {
    return new FeatureMean(new double[width]);
  }

  /** Adds one vector, {@code [width]}. */
  public void add(double... feature) {
    pool(feature, 1);
  }

  /** Adds the vectors that {@code other} saw, which stays as it is. */
  public void merge(FeatureMean other) {
    pool(other.sum, other.count);
  }

  private void pool(double[] vectors, long number) {
    if (vectors.length != sum.length) {
      throw new IllegalArgumentException(
          "a mean of vectors of %d numbers cannot take one of %d"
              .formatted(sum.length, vectors.length));
    }
    for (int d = 0; d < sum.length; d++) {
      sum[d] += vectors[d];
    }
    count += number;
  }

  /** Number of vectors. */
  public long count() {
    return count;
  }

  /** The mean, {@code [width]}; zeros without vectors. */
  public double[] mean() {
    double[] mean = sum.clone();
    for (int d = 0; d < mean.length; d++) {
      mean[d] /= Math.max(1, count);
    }
    return mean;
  }
}
