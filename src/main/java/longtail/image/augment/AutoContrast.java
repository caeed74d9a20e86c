package longtail.image.augment;

import longtail.image.RgbImage;
import longtail.image.augment.tone.Lookup;

/** Stretches every channel to the full range from 0 to 255. */
public record AutoContrast() implements Operation {
  private static final long serialVersionUID = 1L;

  @Override
  public RgbImage apply(RgbImage image) {
    int[][] histograms = Lookup.histograms(image);
    byte[][] tables = new byte[3][];
    for (int c = 0; c < 3; c++) {
      tables[c] = stretched(histograms[c]);
    }
    return Lookup.perChannel(image, tables);
  }

  private static byte[] stretched(int[] histogram) {
    int low = 0;
    while (histogram[low] == 0) {
      low++;
    }
    int high = 255;
    while (histogram[high] == 0) {
      high--;
    }
    if (high <= low) {
      return Lookup.identity();
    }
    double scale = 255.0 / (high - low);
    double shift = -low * scale;
    byte[] table = new byte[256];
    for (int v = 0; v < 256; v++) {
      table[v] = (byte) Math.max(0, Math.min(255, (int) (v * scale + shift)));
    }
    return table;
  }
}
