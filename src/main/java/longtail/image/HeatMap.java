package longtail.image;

/** Draws an activation map over its image: from blue, the weakest, over green to red. */
public final class HeatMap {
  private static final int LARGEST = 255;

  private HeatMap() {}

  /** The image and the colours of {@code map}, stretched to its size, in equal parts. */
  public static RgbImage over(RgbImage image, ActivationMap map) {
    ActivationMap stretched = map.resized(image.height(), image.width());
    byte[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      int colour = colour(stretched.level(i / 3), i % 3);
      pixels[i] = (byte) (((pixels[i] & 0xFF) + colour) / 2);
    }
    return new RgbImage(image.height(), image.width(), pixels);
  }

  /** Red, green or blue (channel 2) of a level: a triangle around each colour's own level. */
  private static int colour(int level, int channel) {
    int centre = LARGEST * (3 - channel) / 4;
    int distance = Math.abs(level - centre);
    return Math.max(0, Math.min(LARGEST, LARGEST * 3 / 2 - 4 * distance));
  }
}
