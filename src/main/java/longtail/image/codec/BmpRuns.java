package longtail.image.codec;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The run-length codes of bitmaps: a run of equal pixels, or of two alternating ones, or pixels one
 * by one.
 *
 * <p>Every row must be full and no run may go beyond its end: other decoders fill up or cut off,
 * and then show damage as an image.
 */
final class BmpRuns {
  private final ByteBuffer file;
  private final boolean halves;
  private int at;

  /** Codes from byte {@code start} on; {@code halves} are pixels of four bits. */
  BmpRuns(ByteBuffer file, int start, boolean halves) {
    this.file = file;
    this.halves = halves;
    at = start;
  }

  /** Numbers of the colours, in the order of the file, {@code [height, width]}. */
  byte[] decode(int width, int height) throws IOException {
    // two bytes stand for at most 255 pixels
    if ((long) width * height > 255L * (file.limit() - at)) {
      throw new IOException(
          "truncated BMP: too few bytes for %d x %d pixels".formatted(width, height));
    }
    byte[] indices = new byte[height * width];
    int x = 0;
    int y = 0;
    while (y < height) {
      int count = next();
      int value = next();
      if (count > 0) {
        requireSpace(x + count <= width, y);
        for (int i = 0; i < count; i++) {
          indices[y * width + x++] = (byte) pixel(value, i);
        }
      } else if (value == 0) {
        requireSpace(x == width, y);
        x = 0;
        y++;
      } else if (value == 1) {
        requireSpace(y == height - 1 && x == width, y);
        y++;
      } else if (value == 2) {
        throw new IOException(
            "a BMP that leaves out pixels of row %d is not supported".formatted(y));
      } else {
        requireSpace(x + value <= width, y);
        x = literal(indices, y * width, x, value);
      }
      if (y == height - 1 && x == width) {
        break; // the end of the last row need not be said
      }
    }
    return indices;
  }

  private int literal(byte[] indices, int row, int x, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      value = halves && i % 2 == 1 ? value : next();
      indices[row + x + i] = (byte) pixel(value, i);
    }
    int bytes = halves ? (count + 1) / 2 : count;
    at += bytes & 1;
    return x + count;
  }

  private int pixel(int value, int i) {
    if (!halves) {
      return value;
    }
    return i % 2 == 0 ? value >> 4 : value & 0xF;
  }

  private int next() {
    return file.get(at++) & 0xFF;
  }

  private static void requireSpace(boolean fits, int row) throws IOException {
    if (!fits) {
      throw new IOException("damaged BMP: the runs of row %d do not fit its width".formatted(row));
    }
  }
}
