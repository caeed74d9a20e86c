package longtail.image.codec;

import java.io.IOException;

/**
 * How the pixels of a PNG lie in its rows.
 *
 * @param color the colour type: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
 * @param depth bits of a sample: 1, 2, 4, 8 or 16
 * @param channels samples of a pixel
 */
record PngSamples(int color, int depth, int channels) {
  private static final int GREY = 0;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GREY_ALPHA = 4;
  private static final int RGB_ALPHA = 6;

  static PngSamples of(int color, int depth) throws IOException {
    boolean fine =
        switch (color) {
          case GREY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
          case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
          case RGB, GREY_ALPHA, RGB_ALPHA -> depth == 8 || depth == 16;
          default -> false;
        };
    if (!fine) {
      throw new IOException(
          "damaged PNG: %d bits of colour type %d are not allowed".formatted(depth, color));
    }
    int channels =
        switch (color) {
          case RGB -> 3;
          case GREY_ALPHA -> 2;
          case RGB_ALPHA -> 4;
          default -> 1;
        };
    return new PngSamples(color, depth, channels);
  }

  /** Bytes of a row of {@code columns} pixels. */
  long bytes(int columns) {
    return ((long) columns * channels * depth + 7) / 8;
  }

  /** Bytes from a sample to the same of its left neighbour, at least 1. */
  int pixelBytes() {
    return Math.max(1, channels * depth / 8);
  }

  /**
   * Writes {@code columns} pixels of the row at {@code from} as RGB to {@code to}, {@code step}
   * bytes apart.
   */
  void write(byte[] row, int from, int columns, PaletteColors palette, byte[] rgb, int to, int step)
      throws IOException {
    if (color == RGB && depth == 8 && step == 3) {
      System.arraycopy(row, from, rgb, to, 3 * columns);
      return;
    }
    int bytes = depth == 16 ? 2 : 1;
    for (int x = 0, j = to; x < columns; x++, j += step) {
      switch (color) {
        case PALETTE -> palette.write(packed(row, from, x), rgb, j);
        case RGB, RGB_ALPHA -> {
          int i = from + x * channels * bytes;
          rgb[j] = row[i];
          rgb[j + 1] = row[i + bytes];
          rgb[j + 2] = row[i + 2 * bytes];
        }
        default -> {
          byte grey =
              depth >= 8
                  ? row[from + x * channels * bytes]
                  : (byte) (packed(row, from, x) * 255 / ((1 << depth) - 1));
          rgb[j] = grey;
          rgb[j + 1] = grey;
          rgb[j + 2] = grey;
        }
      }
    }
  }

  /** Sample {@code x} of a row whose samples have at most 8 bits. */
  private int packed(byte[] row, int from, int x) {
    int perByte = 8 / depth;
    int shift = 8 - depth * (x % perByte + 1);
    return row[from + x / perByte] >> shift & ((1 << depth) - 1);
  }
}
