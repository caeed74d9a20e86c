package longtail.image.codec;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * How the blocks of a TIFF are packed.
 *
 * @param method the compression tag
 * @param differences whether samples are stored as differences from their left neighbour
 * @param reversed whether the bits of a byte start with the lowest
 * @param bits bits of a sample
 */
record TiffCoding(int method, boolean differences, boolean reversed, int bits) {
  private static final int PLAIN = 1;
  private static final int LZW = 5;
  private static final int DEFLATE = 8;
  private static final int OLD_DEFLATE = 32946;
  private static final int PACK_BITS = 32773;
  private static final int MOST_CODES = 4096;
  private static final int CLEAR = 256;
  private static final int END = 257;

  static TiffCoding of(TiffDirectory tags, int bits) throws IOException {
    int method = (int) tags.value(259, PLAIN);
    switch (method) {
      case PLAIN, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS -> {}
      case 2, 3, 4 -> throw TiffDecoder.unsupported("fax compression");
      case 6, 7 -> throw TiffDecoder.unsupported("JPEG compression");
      case 34712 -> throw TiffDecoder.unsupported("JPEG 2000 compression");
      case 34887 -> throw TiffDecoder.unsupported("LERC compression");
      case 34925 -> throw TiffDecoder.unsupported("LZMA compression");
      case 50000 -> throw TiffDecoder.unsupported("Zstandard compression");
      case 50001 -> throw TiffDecoder.unsupported("WebP compression");
      default -> throw TiffDecoder.unsupported("compression " + method);
    }
    boolean predicted = method == LZW || method == DEFLATE || method == OLD_DEFLATE;
    int predictor = predicted ? (int) tags.value(317, 1) : 1;
    if (predictor > 2 || predictor < 1 || (predictor == 2 && bits < 8)) {
      throw TiffDecoder.unsupported("predictor %d of %d bits".formatted(predictor, bits));
    }
    return new TiffCoding(method, predictor == 2, tags.value(266, 1) == 2, bits);
  }

  /** How many bytes one stands for at most. */
  long mostDecoded() {
    return switch (method) {
      case PLAIN -> 1;
      case PACK_BITS -> 128;
      case LZW -> MOST_CODES;
      default -> 1032;
    };
  }

  /**
   * The samples of a block of {@code rows} rows of {@code stride} bytes.
   *
   * @throws IOException if there are fewer, or the codes stand for nothing
   */
  byte[] decode(byte[] block, int rows, int stride, int samples, boolean bigEndian)
      throws IOException {
    if (reversed) {
      for (int i = 0; i < block.length; i++) {
        block[i] = (byte) (Integer.reverse(block[i]) >>> 24);
      }
    }
    byte[] decoded = new byte[rows * stride];
    int filled =
        switch (method) {
          case PLAIN -> plain(block, decoded);
          case PACK_BITS -> runs(block, decoded);
          case LZW -> codes(block, decoded);
          default -> inflated(block, decoded);
        };
    if (filled < decoded.length) {
      throw new IOException(
          "truncated TIFF: %d of %d bytes of a block".formatted(filled, decoded.length));
    }
    if (differences) {
      for (int y = 0; y < rows; y++) {
        sum(decoded, y * stride, stride, samples, bigEndian);
      }
    }
    return decoded;
  }

  private static int plain(byte[] block, byte[] to) {
    int length = Math.min(block.length, to.length);
    System.arraycopy(block, 0, to, 0, length);
    return length;
  }

  private static int runs(byte[] block, byte[] to) throws IOException {
    int filled = 0;
    int at = 0;
    while (filled < to.length && at + 1 < block.length) {
      int count = block[at++];
      if (count == -128) {
        continue;
      }
      int length = count < 0 ? 1 - count : 1 + count;
      if (length > to.length - filled || (count >= 0 && length > block.length - at)) {
        throw new IOException("damaged TIFF: a run of %d bytes does not fit".formatted(length));
      }
      if (count < 0) {
        Arrays.fill(to, filled, filled + length, block[at++]);
      } else {
        System.arraycopy(block, at, to, filled, length);
        at += length;
      }
      filled += length;
    }
    return filled;
  }

  private static int inflated(byte[] block, byte[] to) throws IOException {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(block);
      int filled = 0;
      int inflated;
      do {
        inflated = inflater.inflate(to, filled, to.length - filled);
        filled += inflated;
      } while (inflated > 0);
      inflater.inflate(new byte[1]); // reads, and checks, the sum behind the last byte
      return filled;
    } catch (DataFormatException damaged) {
      throw new IOException("damaged TIFF: " + damaged.getMessage(), damaged);
    } finally {
      inflater.end();
    }
  }

  private static int codes(byte[] block, byte[] to) throws IOException {
    if (block.length > 1 && block[0] == 0 && (block[1] & 1) == 1) {
      throw TiffDecoder.unsupported("LZW codes of the old kind");
    }
    // a string is a part of what has been written: that of the last code, and one byte more
    int[] start = new int[MOST_CODES];
    int[] length = new int[MOST_CODES];
    int next = END + 1;
    int bits = 9;
    int lastStart = -1;
    int filled = 0;
    for (long at = 0; filled < to.length && at + bits <= 8L * block.length; ) {
      int code = read(block, at, bits);
      at += bits;
      if (code == END) {
        break;
      }
      if (code == CLEAR) {
        next = END + 1;
        bits = 9;
        lastStart = -1;
        continue;
      }
      if (lastStart >= 0 && next < MOST_CODES) {
        start[next] = lastStart;
        length[next] = filled - lastStart + 1;
        next++;
        if (next == (1 << bits) - 1 && bits < 12) {
          bits++;
        }
      }
      if (code > END && (lastStart < 0 || code >= next)) {
        throw new IOException("damaged TIFF: LZW code %d stands for nothing".formatted(code));
      }
      lastStart = filled;
      if (code < CLEAR) {
        to[filled++] = (byte) code;
      } else {
        int end = (int) Math.min(to.length, (long) filled + length[code]);
        for (int from = start[code]; filled < end; ) {
          to[filled++] = to[from++];
        }
      }
    }
    return filled;
  }

  private static int read(byte[] block, long position, int bits) {
    int code = 0;
    for (int i = 0; i < bits; i++) {
      long at = position + i;
      code = code << 1 | (block[(int) (at >> 3)] >> (7 - (int) (at & 7)) & 1);
    }
    return code;
  }

  private void sum(byte[] row, int from, int stride, int samples, boolean bigEndian) {
    if (bits == 8) {
      for (int i = from + samples; i < from + stride; i++) {
        row[i] += row[i - samples];
      }
      return;
    }
    int upper = bigEndian ? 0 : 1;
    for (int i = from + 2 * samples; i + 1 < from + stride; i += 2) {
      int before = i - 2 * samples;
      int sum = value(row, i, upper) + value(row, before, upper);
      row[i + upper] = (byte) (sum >> 8);
      row[i + 1 - upper] = (byte) sum;
    }
  }

  private static int value(byte[] row, int at, int upper) {
    return (row[at + upper] & 0xFF) << 8 | (row[at + 1 - upper] & 0xFF);
  }
}
