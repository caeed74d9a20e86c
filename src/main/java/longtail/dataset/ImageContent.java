package longtail.dataset;

/** What a collection stores of an image. */
public sealed interface ImageContent {

  /**
   * An image file as it lies on disk.
   *
   * @param bytes JPEG, PNG or whatever the collection holds
   */
  record Encoded(byte[] bytes) implements ImageContent {}

  /**
   * Uncompressed pixels.
   *
   * @param height rows
   * @param width columns
   * @param rgb uint8 values, {@code [height, width, 3]}
   */
  record Pixels(int height, int width, byte[] rgb) implements ImageContent {}
}
