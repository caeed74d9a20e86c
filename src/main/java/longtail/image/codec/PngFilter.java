package longtail.image.codec;

/** The five row predictors of PNG. */
final class PngFilter {
  private PngFilter() {}

  /** The prediction of a sample from its neighbours (each 0 to 255) under {@code filter} 0 to 4. */
  static int predict(int filter, int left, int up, int corner) {
    return switch (filter) {
      case 0 -> 0;
      case 1 -> left;
      case 2 -> up;
      case 3 -> (left + up) >> 1;
      case 4 -> paeth(left, up, corner);
      default -> throw new IllegalArgumentException("PNG has no filter " + filter);
    };
  }

  private static int paeth(int left, int up, int corner) {
    int toLeft = Math.abs(up - corner);
    int toUp = Math.abs(left - corner);
    int toCorner = Math.abs(left + up - 2 * corner);
    if (toLeft <= toUp && toLeft <= toCorner) {
      return left;
    }
    return toUp <= toCorner ? up : corner;
  }
}
