package longtail.image.augment.geometry;

import java.util.List;

/** Colour of the places that a moved image leaves bare. */
public final class Fill {
  private Fill() {}

  /** Checks that {@code rgb} is red, green, blue, 0 to 255 each. */
  public static List<Integer> require(List<Integer> rgb) {
    if (rgb.size() != 3 || rgb.stream().anyMatch(v -> v < 0 || v > 255)) {
      throw new IllegalArgumentException(
          "fill must be red, green and blue in [0, 255], was " + rgb);
    }
    return List.copyOf(rgb);
  }

  /** An even image of the colour. */
  public static byte[] pixels(List<Integer> rgb, int height, int width) {
    byte red = rgb.get(0).byteValue();
    byte green = rgb.get(1).byteValue();
    byte blue = rgb.get(2).byteValue();
    byte[] pixels = new byte[3 * height * width];
    for (int i = 0; i < pixels.length; i += 3) {
      pixels[i] = red;
      pixels[i + 1] = green;
      pixels[i + 2] = blue;
    }
    return pixels;
  }
}
