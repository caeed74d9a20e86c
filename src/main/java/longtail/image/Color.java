package longtail.image;

/**
 * Makes the colours paler or stronger.
 *
 * @param factor 0 is grey, 1 the image
 */
public record Color(double factor) implements Operation {
  private static final long serialVersionUID = 1L;

  /** Checks the factor. */
  public Color {
    Blend.requireFactor(factor);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    if (factor == 1) {
      return image;
    }
    float strength = (float) factor;
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i += 3) {
      int red = from[i] & 0xFF;
      int green = from[i + 1] & 0xFF;
      int blue = from[i + 2] & 0xFF;
      int luma = Luma.of(red, green, blue);
      to[i] = Blend.of(luma, red, strength);
      to[i + 1] = Blend.of(luma, green, strength);
      to[i + 2] = Blend.of(luma, blue, strength);
    }
    return new RgbImage(image.height(), image.width(), to);
  }
}
