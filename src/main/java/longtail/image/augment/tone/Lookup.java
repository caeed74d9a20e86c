package longtail.image.augment.tone;

import longtail.image.RgbImage;

/** Replaces every sample by its entry in a table of 256. */
public final class Lookup {
  private Lookup() {}

  /** The image with {@code table[v]} for every sample {@code v}. */
  public static RgbImage all(RgbImage image, byte[] table) {
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i++) {
      to[i] = table[from[i] & 0xFF];
    }
    return new RgbImage(image.height(), image.width(), to);
  }

  /** The image with a table for each channel, {@code [3][256]}. */
  public static RgbImage perChannel(RgbImage image, byte[][] tables) {
    byte[] red = tables[0];
    byte[] green = tables[1];
    byte[] blue = tables[2];
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i += 3) {
      to[i] = red[from[i] & 0xFF];
      to[i + 1] = green[from[i + 1] & 0xFF];
      to[i + 2] = blue[from[i + 2] & 0xFF];
    }
    return new RgbImage(image.height(), image.width(), to);
  }

  /** How often each value occurs in each channel, {@code [3][256]}. */
  public static int[][] histograms(RgbImage image) {
    int[][] counts = new int[3][256];
    int[] red = counts[0];
    int[] green = counts[1];
    int[] blue = counts[2];
    byte[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i += 3) {
      red[pixels[i] & 0xFF]++;
      green[pixels[i + 1] & 0xFF]++;
      blue[pixels[i + 2] & 0xFF]++;
    }
    return counts;
  }

  /** The table that changes nothing. */
  public static byte[] identity() {
    byte[] table = new byte[256];
    for (int v = 0; v < 256; v++) {
      table[v] = (byte) v;
    }
    return table;
  }
}
