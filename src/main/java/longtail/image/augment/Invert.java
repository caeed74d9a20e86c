package longtail.image.augment;

import longtail.image.RgbImage;

/** The negative of the image. */
public record Invert() implements Operation {
  private static final long serialVersionUID = 1L;

  @Override
  public RgbImage apply(RgbImage image) {
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i++) {
      to[i] = (byte) ~from[i];
    }
    return new RgbImage(image.height(), image.width(), to);
  }
}
