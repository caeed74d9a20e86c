package longtail.image.augment.tone;

import longtail.image.RgbImage;

/** Brightness of a colour to the eye: PIL's conversion to grey (ITU-R 601). */
public final class Luma {
  private Luma() {}

  /** Luma of a colour, 0 to 255. */
  public static int of(int red, int green, int blue) {
    return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
  }

  /** Luma of the pixel whose red sample is {@code pixels[i]}. */
  public static int of(byte[] pixels, int i) {
    return of(pixels[i] & 0xFF, pixels[i + 1] & 0xFF, pixels[i + 2] & 0xFF);
  }

  /** Mean luma of the image, rounded to a whole number. */
  public static int mean(Tones tones) {
    byte[] table = tones.table();
    byte[] pixels = tones.samples().pixels();
    int count = pixels.length / 3;
    long sum = 0;
    for (int i = 0; i < pixels.length; i += 3) {
      sum +=
          of(
              table[pixels[i] & 0xFF] & 0xFF,
              table[pixels[i + 1] & 0xFF] & 0xFF,
              table[pixels[i + 2] & 0xFF] & 0xFF);
    }
    return (int) ((double) sum / count + 0.5);
  }

  /** The image in shades of grey. */
  public static RgbImage grey(RgbImage image) {
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i += 3) {
      byte luma = (byte) of(from, i);
      to[i] = luma;
      to[i + 1] = luma;
      to[i + 2] = luma;
    }
    return new RgbImage(image.height(), image.width(), to);
  }
}
