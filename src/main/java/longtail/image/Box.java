package longtail.image;

/**
 * A rectangle of pixels.
 *
 * @param top first row
 * @param left first column
 * @param height rows, possibly none
 * @param width columns, possibly none
 */
public record Box(int top, int left, int height, int width) {}
