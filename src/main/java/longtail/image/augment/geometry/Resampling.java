package longtail.image.augment.geometry;

/** How a sample between pixels is computed. */
public enum Resampling {
  /** The pixel it falls into. */
  NEAREST,
  /** Linearly between the 2 x 2 nearest pixels. */
  BILINEAR,
  /** By cubics (a = -1) through the 4 x 4 nearest pixels. */
  BICUBIC
}
