package longtail.image.codec;

import java.io.IOException;
import java.util.Arrays;
import longtail.image.RgbImage;

/**
 * The first picture of a GIF, at its place on the screen that the file declares.
 *
 * <p>As with PIL, the screen shows the transparent colour, else colour 0, where the picture does
 * not reach, and grows where it reaches beyond. Data that end before the picture is full, or go on
 * behind it, are refused.
 */
final class GifDecoder {
  private static final int HEADER = 13;
  private static final int[] FIRST_ROWS = {0, 4, 2, 1};
  private static final int[] ROW_STEPS = {8, 8, 4, 2};

  private final byte[] data;
  private int at = HEADER;
  private int transparent = -1;

  private GifDecoder(byte[] data) {
    this.data = data;
  }

  static RgbImage decode(byte[] data, PixelLimit limit) throws IOException {
    try {
      return new GifDecoder(data).decode(limit);
    } catch (ArrayIndexOutOfBoundsException end) {
      throw new IOException("truncated GIF: it ends at byte " + data.length, end);
    }
  }

  private RgbImage decode(PixelLimit limit) throws IOException {
    int screenWidth = word(6);
    int screenHeight = word(8);
    limit.check(Math.max(1, screenWidth), Math.max(1, screenHeight), "a GIF");
    PaletteColors palette = PaletteColors.greys();
    if ((data[10] & 0x80) != 0) {
      palette = palette(data[10]);
    }
    skipToPicture();
    int left = word(at);
    int top = word(at + 2);
    int width = word(at + 4);
    int height = word(at + 6);
    int flags = data[at + 8];
    at += 9;
    limit.check(width, height, "a picture in a GIF");
    int wholeWidth = Math.max(screenWidth, left + width);
    int wholeHeight = Math.max(screenHeight, top + height);
    limit.check(wholeWidth, wholeHeight, "a GIF");
    if ((flags & 0x80) != 0) {
      palette = palette(flags);
    }
    int bits = data[at++] & 0xFF;
    if (bits < 1 || bits > 8) {
      throw new IOException("damaged GIF: codes of " + bits + " bits");
    }
    byte[] coded = blocks();
    // a code of at least two bits stands for at most 4096 pixels
    if ((long) width * height > 4096L * 4 * (coded.length + 1L)) {
      throw new IOException(
          "truncated GIF: too few bytes for %d x %d pixels".formatted(width, height));
    }
    byte[] indices = new byte[width * height];
    new GifCodes(coded, bits).decode(indices);
    byte[] rgb = new byte[3 * wholeHeight * wholeWidth];
    if (wholeWidth > width || wholeHeight > height) {
      byte[] behind = new byte[3];
      palette.write(Math.max(0, transparent), behind, 0);
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = behind[i % 3];
      }
    }
    int[] rows = rows(height, (flags & 0x40) != 0);
    for (int y = 0; y < height; y++) {
      int to = 3 * ((top + rows[y]) * wholeWidth + left);
      for (int x = 0; x < width; x++) {
        palette.write(indices[y * width + x] & 0xFF, rgb, to + 3 * x);
      }
    }
    return new RgbImage(wholeHeight, wholeWidth, rgb);
  }

  private int word(int position) {
    return (data[position] & 0xFF) | (data[position + 1] & 0xFF) << 8;
  }

  private PaletteColors palette(int flags) throws IOException {
    int length = 3 << ((flags & 7) + 1);
    if (at + length > data.length) {
      throw new IOException("truncated GIF: it ends inside its palette");
    }
    at += length;
    return new PaletteColors(Arrays.copyOfRange(data, at - length, at));
  }

  private void skipToPicture() throws IOException {
    while (true) {
      int kind = data[at++];
      switch (kind) {
        case ',' -> {
          return;
        }
        case '!' -> {
          int label = data[at++] & 0xFF;
          if (label == 0xF9 && data[at] >= 4) {
            transparent = (data[at + 1] & 1) != 0 ? data[at + 4] & 0xFF : -1;
          }
          blocks();
        }
        case ';' -> throw new IOException("damaged GIF: it holds no picture");
        default -> {
          // other bytes between the parts of the file mean nothing
        }
      }
    }
  }

  /** The content of the blocks that start here, up to the empty one that ends them. */
  private byte[] blocks() throws IOException {
    int total = 0;
    int end = at;
    while (end < data.length && data[end] != 0) {
      total += data[end] & 0xFF;
      end += 1 + (data[end] & 0xFF);
    }
    byte[] content = new byte[total];
    int filled = 0;
    while (at < data.length && data[at] != 0) {
      int length = Math.min(data[at] & 0xFF, data.length - at - 1);
      System.arraycopy(data, at + 1, content, filled, length);
      filled += length;
      at += 1 + (data[at] & 0xFF);
    }
    at++;
    return filled == total ? content : Arrays.copyOf(content, filled);
  }

  /** Where each stored row belongs. */
  private static int[] rows(int height, boolean interlaced) {
    int[] rows = new int[height];
    int stored = 0;
    if (!interlaced) {
      Arrays.setAll(rows, y -> y);
      return rows;
    }
    for (int pass = 0; pass < FIRST_ROWS.length; pass++) {
      for (int y = FIRST_ROWS[pass]; y < height; y += ROW_STEPS[pass]) {
        rows[stored++] = y;
      }
    }
    return rows;
  }
}
