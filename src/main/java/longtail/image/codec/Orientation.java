package longtail.image.codec;

/** What to do with the orientation that a camera has noted in the Exif block of a JPEG. */
public enum Orientation {
  /** Pixels come out in the order in which the file stores them. */
  AS_STORED,
  /** Pixels are turned or mirrored so that the image stands upright, as a viewer shows it. */
  FROM_EXIF
}
