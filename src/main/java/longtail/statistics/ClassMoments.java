package longtail.statistics;

/**
 * Number, mean and biased covariance of some feature vectors; {@link #merge} pools them with those
 * of others.
 */
final class ClassMoments {
  private long count;
  private final double[] mean;
  private final double[] covariance;

  private ClassMoments(long count, double[] mean, double[] covariance) {
    this.count = count;
    this.mean = mean;
    this.covariance = covariance;
  }

  /** The moments of nothing; the covariance has {@code width} or {@code width²} elements. */
  static ClassMoments none(int width, Covariance kind) {
    return new ClassMoments(0, new double[width], new double[kind.length(width)]);
  }

  /** Moments with these numbers, which they take over. */
  static ClassMoments of(long count, double[] mean, double[] covariance) {
    return new ClassMoments(count, mean, covariance);
  }

  /** The same numbers, on their own. */
  ClassMoments copy() {
    return new ClassMoments(count, mean.clone(), covariance.clone());
  }

  long count() {
    return count;
  }

  /** The live mean. */
  double[] mean() {
    return mean;
  }

  /** The live covariance. */
  double[] covariance() {
    return covariance;
  }

  /** Pools one more feature vector. */
  void add(double[] feature) {
    double share = 1.0 / ++count;
    pool(share, feature, null);
  }

  /** Pools the vectors that {@code other} saw, which stays as it is. */
  void merge(ClassMoments other) {
    if (other.count > 0) {
      count += other.count;
      pool((double) other.count / count, other.mean, other.covariance);
    }
  }

  /**
   * Writes the part of these vectors in the covariance of {@code all} vectors with the mean {@code
   * centre} to {@code to}, from {@code at} on.
   */
  void scatter(double[] centre, double all, double[] to, int at) {
    double share = count / all;
    int width = mean.length;
    if (covariance.length == width) {
      for (int a = 0; a < width; a++) {
        double apart = mean[a] - centre[a];
        to[at + a] = share * (covariance[a] + apart * apart);
      }
    } else {
      for (int a = 0, i = 0; a < width; a++) {
        double apart = mean[a] - centre[a];
        for (int b = 0; b < width; b++, i++) {
          to[at + i] = share * (covariance[i] + apart * (mean[b] - centre[b]));
        }
      }
    }
  }

  /**
   * {@code S = (1-w) S + w V + w (1-w) (mu-m)(mu-m)', mu = (1-w) mu + w m}; {@code V} null for 0.
   */
  private void pool(double w, double[] m, double[] v) {
    double cross = w * (1 - w);
    int width = mean.length;
    if (covariance.length == width) {
      for (int a = 0; a < width; a++) {
        double apart = mean[a] - m[a];
        covariance[a] =
            (1 - w) * covariance[a] + (v == null ? 0 : w * v[a]) + cross * apart * apart;
      }
    } else {
      for (int a = 0, at = 0; a < width; a++) {
        double apart = cross * (mean[a] - m[a]);
        for (int b = 0; b < width; b++, at++) {
          covariance[at] =
              (1 - w) * covariance[at] + (v == null ? 0 : w * v[at]) + apart * (mean[b] - m[b]);
        }
      }
    }
    for (int a = 0; a < width; a++) {
      mean[a] = (1 - w) * mean[a] + w * m[a];
    }
  }
}
