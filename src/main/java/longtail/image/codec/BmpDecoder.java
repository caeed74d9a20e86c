package longtail.image.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import longtail.image.RgbImage;

/**
 * Windows and OS/2 bitmaps of 1, 4, 8, 16, 24 and 32 bits, plain, run-length coded or with the
 * usual masks.
 */
final class BmpDecoder {
  private static final int PLAIN = 0;
  private static final int RUNS_OF_BYTES = 1;
  private static final int RUNS_OF_HALVES = 2;
  private static final int MASKS = 3;

  private final ByteBuffer file;
  private final int headerSize;
  private final int width;
  private final int height;
  private final boolean topDown;
  private final int bits;
  private final int compression;

  private BmpDecoder(byte[] data) throws IOException {
    file = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    headerSize = file.getInt(14);
    switch (headerSize) {
      case 12 -> {
        width = Short.toUnsignedInt(file.getShort(18));
        height = Short.toUnsignedInt(file.getShort(20));
        topDown = false;
        bits = file.getShort(24);
        compression = PLAIN;
      }
      case 40, 52, 56, 64, 108, 124 -> {
        width = file.getInt(18);
        int rows = file.getInt(22);
        topDown = rows < 0;
        height = topDown ? -rows : rows;
        bits = file.getShort(28);
        compression = file.getInt(30);
      }
      default ->
          throw new IOException("damaged BMP: its header claims %d bytes".formatted(headerSize));
    }
  }

  static RgbImage decode(byte[] data, PixelLimit limit) throws IOException {
    if (data.length < 30) {
      throw new IOException("truncated BMP: it ends inside its header");
    }
    try {
      BmpDecoder decoder = new BmpDecoder(data);
      limit.check(decoder.width, decoder.height, "a BMP");
      return decoder.decode();
    } catch (IndexOutOfBoundsException end) {
      throw new IOException("truncated BMP: it ends at byte " + data.length, end);
    }
  }

  private RgbImage decode() throws IOException {
    int start = file.getInt(10);
    if (start < 14 + headerSize || start > file.limit()) {
      throw new IOException("truncated BMP: its pixels would start at byte " + start);
    }
    return switch (compression) {
      case PLAIN -> {
        requireRows(start);
        yield switch (bits) {
          case 1, 4, 8 -> indexed(plainIndices(start));
          case 16, 24, 32 -> masked(start, usualMasks());
          default -> throw new IOException("a BMP of %d bits is not supported".formatted(bits));
        };
      }
      case MASKS -> {
        requireRows(start);
        yield masked(start, new int[] {file.getInt(54), file.getInt(58), file.getInt(62)});
      }
      case RUNS_OF_BYTES, RUNS_OF_HALVES -> {
        if (bits != (compression == RUNS_OF_BYTES ? 8 : 4)) {
          throw new IOException("damaged BMP: runs of pixels of " + bits + " bits");
        }
        yield indexed(new BmpRuns(file, start, bits == 4).decode(width, height));
      }
      default ->
          throw new IOException("a BMP of compression %d is not supported".formatted(compression));
    };
  }

  private long stride() {
    return ((long) width * bits + 31) / 32 * 4;
  }

  private void requireRows(int start) throws IOException {
    // the padding of the last row may be missing
    long needed = start + stride() * (height - 1) + ((long) width * bits + 7) / 8;
    if (needed > file.limit()) {
      throw new IOException(
          "truncated BMP: %d x %d pixels need %d bytes, it has %d"
              .formatted(width, height, needed, file.limit()));
    }
  }

  private byte[] plainIndices(int start) {
    byte[] indices = new byte[height * width];
    for (int y = 0; y < height; y++) {
      int row = start + (int) stride() * y;
      for (int x = 0; x < width; x++) {
        int shift = 8 - bits - x * bits % 8;
        indices[y * width + x] =
            (byte) (file.get(row + (int) ((long) x * bits / 8)) >> shift & ((1 << bits) - 1));
      }
    }
    return indices;
  }

  /** Rows of colour numbers in the order of the file to the image. */
  private RgbImage indexed(byte[] indices) throws IOException {
    PaletteColors palette = palette();
    byte[] rgb = new byte[3 * height * width];
    for (int y = 0; y < height; y++) {
      int to = 3 * width * (topDown ? y : height - 1 - y);
      for (int x = 0; x < width; x++) {
        palette.write(indices[y * width + x] & 0xFF, rgb, to + 3 * x);
      }
    }
    return new RgbImage(height, width, rgb);
  }

  private PaletteColors palette() throws IOException {
    int entry = headerSize == 12 ? 3 : 4;
    int colors = headerSize == 12 ? 0 : file.getInt(46);
    if (colors == 0) {
      colors = 1 << bits;
    }
    if (colors < 0 || colors > 65536) {
      throw new IOException("damaged BMP: a palette of %d colours".formatted(colors));
    }
    colors = Math.min(colors, 256);
    byte[] rgb = new byte[3 * colors];
    for (int i = 0; i < colors; i++) {
      int at = 14 + headerSize + entry * i;
      rgb[3 * i] = file.get(at + 2);
      rgb[3 * i + 1] = file.get(at + 1);
      rgb[3 * i + 2] = file.get(at);
    }
    return new PaletteColors(rgb);
  }

  private int[] usualMasks() {
    return bits == 16
        ? new int[] {0x7C00, 0x03E0, 0x001F}
        : new int[] {0xFF0000, 0x00FF00, 0x0000FF};
  }

  private RgbImage masked(int start, int[] masks) throws IOException {
    int bytes = bits / 8;
    int[] shifts = new int[3];
    int[] largest = new int[3];
    int[] used = (masks[0] | masks[1] | masks[2]) == 0 ? usualMasks() : masks;
    for (int c = 0; c < 3; c++) {
      shifts[c] = Integer.numberOfTrailingZeros(used[c]);
      largest[c] = used[c] >>> (shifts[c] & 31);
      if (used[c] == 0 || (largest[c] & (largest[c] + 1)) != 0 || largest[c] > 255 || bytes < 2) {
        throw new IOException(
            "a BMP of %d bits with the mask %08X is not supported".formatted(bits, used[c]));
      }
    }
    byte[] rgb = new byte[3 * height * width];
    for (int y = 0; y < height; y++) {
      int from = start + (int) stride() * y;
      int to = 3 * width * (topDown ? y : height - 1 - y);
      for (int x = 0; x < width; x++, from += bytes) {
        int pixel = 0;
        for (int b = 0; b < bytes; b++) {
          pixel |= (file.get(from + b) & 0xFF) << (8 * b);
        }
        for (int c = 0; c < 3; c++) {
          int sample = (pixel >>> shifts[c]) & largest[c];
          rgb[to++] = (byte) (sample * 255 / largest[c]);
        }
      }
    }
    return new RgbImage(height, width, rgb);
  }
}
