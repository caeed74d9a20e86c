package longtail.image.augment;

import longtail.image.RgbImage;
import longtail.image.augment.tone.Lookup;

/** Spreads the values of every channel so that all are about equally frequent. */
public record Equalize() implements Operation {
  private static final long serialVersionUID = 1L;

  @Override
  public RgbImage apply(RgbImage image) {
    int[][] histograms = Lookup.histograms(image);
    byte[][] tables = new byte[3][];
    for (int c = 0; c < 3; c++) {
      tables[c] = equalized(histograms[c]);
    }
    return Lookup.perChannel(image, tables);
  }

  private static byte[] equalized(int[] histogram) {
    int samples = 0;
    int last = 0;
    for (int count : histogram) {
      samples += count;
      last = count > 0 ? count : last;
    }
    int step = (samples - last) / 255;
    if (step == 0) {
      return Lookup.identity();
    }
    byte[] table = new byte[256];
    int seen = step / 2;
    for (int v = 0; v < 256; v++) {
      table[v] = (byte) Math.min(255, seen / step);
      seen += histogram[v];
    }
    return table;
  }
}
