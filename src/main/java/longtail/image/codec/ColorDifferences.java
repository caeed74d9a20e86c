package longtail.image.codec;

/** Luma and colour differences (JFIF's YCbCr) to RGB in libjpeg's 16-bit fixed point. */
final class ColorDifferences {
  private static final int HALF = 1 << 15;
  private static final int[] CR_RED = new int[256];
  private static final int[] CB_BLUE = new int[256];
  private static final int[] CR_GREEN = new int[256];
  private static final int[] CB_GREEN = new int[256];

  static {
    for (int i = 0; i < 256; i++) {
      int centred = i - 128;
      CR_RED[i] = (fixed(1.40200) * centred + HALF) >> 16;
      CB_BLUE[i] = (fixed(1.77200) * centred + HALF) >> 16;
      CR_GREEN[i] = -fixed(0.71414) * centred;
      CB_GREEN[i] = -fixed(0.34414) * centred + HALF;
    }
  }

  private ColorDifferences() {}

  /** Converts the first three of every {@code stride} bytes in place. */
  static void toRgb(byte[] samples, int stride) {
    for (int i = 0; i < samples.length; i += stride) {
      int luma = samples[i] & 0xFF;
      int cb = samples[i + 1] & 0xFF;
      int cr = samples[i + 2] & 0xFF;
      samples[i] = clip(luma + CR_RED[cr]);
      samples[i + 1] = clip(luma + ((CB_GREEN[cb] + CR_GREEN[cr]) >> 16));
      samples[i + 2] = clip(luma + CB_BLUE[cb]);
    }
  }

  private static int fixed(double value) {
    return (int) (value * 65536 + 0.5);
  }

  private static byte clip(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
