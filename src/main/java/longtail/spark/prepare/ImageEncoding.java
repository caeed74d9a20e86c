package longtail.spark.prepare;

/** How a prepared image is stored in its shard. */
public enum ImageEncoding {
  /**
   * JPEG where the collection holds image files, PNG where it holds bare pixels, as CIFAR does, and
   * where an image is too long for a JPEG.
   */
  AUTOMATIC,
  /** JPEG with full colour resolution. */
  JPEG,
  /** PNG, without loss. */
  PNG,
  /** The bytes of the image file as they are; bare pixels become PNG. */
  KEEP
}
