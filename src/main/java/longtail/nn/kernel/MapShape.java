package longtail.nn.kernel;

/**
 * Extents of a batch of feature maps, stored {@code [batch, height, width, channels]}.
 *
 * @param batch number of maps
 * @param height rows
 * @param width columns
 * @param channels numbers per position
 */
public record MapShape(long batch, long height, long width, long channels) {
  /** The extents of {@code shape}, which has four of them. */
  public static MapShape of(long... shape) {
    if (shape.length != 4) {
      throw new IllegalArgumentException(
          "feature maps have 4 dimensions [batch, height, width, channels], not " + shape.length);
    }
    return new MapShape(shape[0], shape[1], shape[2], shape[3]);
  }

  /** The extents as an array, {@code [batch, height, width, channels]}. */
  public long[] toArray() {
    return new long[] {batch, height, width, channels};
  }

  /** Positions of all maps together: batch x height x width. */
  public long positions() {
    return batch * height * width;
  }
}
