package longtail.nn.graph;

/**
 * The extent of the images that a network takes.
 *
 * @param height rows in pixels, positive
 * @param width columns in pixels, positive
 */
public record ImageSize(int height, int width) {
  /** Checks that both are positive. */
  public ImageSize {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "height and width must be positive, were %d and %d".formatted(height, width));
    }
  }
}
