package longtail.mix;

/**
 * A box of pixels; the ends are exclusive.
 *
 * @param top first row
 * @param left first column
 * @param bottom row behind the last
 * @param right column behind the last
 */
public record CutBox(int top, int left, int bottom, int right) {
  /**
   * The box that takes {@code 1 - lambda} of an image, by the arithmetic of GLMC: sides of {@code
   * sqrt(1 - lambda)} of the image's, rounded up; half of each, rounded down, to both sides of the
   * centre; cut at the edges.
   *
   * @param lambda in [0, 1]
   * @param row of the centre
   * @param column of the centre
   */
  public static CutBox around(double lambda, int row, int column, int height, int width) {
    double side = Math.sqrt(1 - lambda);
    int up = (int) Math.ceil(height * side) / 2;
    int across = (int) Math.ceil(width * side) / 2;
    return new CutBox(
        Math.max(0, row - up),
        Math.max(0, column - across),
        Math.min(height, row + up),
        Math.min(width, column + across));
  }

  /** Number of pixels. */
  public int area() {
    return (bottom - top) * (right - left);
  }

  /** The part of an image that stays outside, in [0, 1]. */
  public double outside(int height, int width) {
    return 1 - (double) area() / ((double) height * width);
  }
}
