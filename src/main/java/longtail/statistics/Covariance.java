package longtail.statistics;

/** How much of a class's covariance of {@code width} features is kept. */
public enum Covariance {
  /** The whole symmetric matrix, {@code width²} numbers per class. */
  FULL,
  /** The variances alone, {@code width} numbers per class: features are taken as uncorrelated. */
  DIAGONAL;

  /** Numbers per class. */
  int length(int width) {
    return this == FULL ? Math.multiplyExact(width, width) : width;
  }

  /** Shape of the rows of {@code classes} classes. */
  long[] shape(int classes, int width) {
    return this == FULL ? new long[] {classes, width, width} : new long[] {classes, width};
  }
}
