package longtail.image.codec;

import java.io.IOException;

/** The compression of GIF: codes of growing width, each the name of a string of pixels. */
final class GifCodes {
  private static final int MOST_CODES = 4096;

  private final byte[] coded;
  private final int literalBits;
  private final int clear;
  private final int[] prefix = new int[MOST_CODES];
  private final byte[] suffix = new byte[MOST_CODES];
  private final byte[] string = new byte[MOST_CODES + 1];
  private long position; // in bits

  /** Codes for pixels of {@code literalBits} bits, packed from the lowest bit on. */
  GifCodes(byte[] coded, int literalBits) {
    this.coded = coded;
    this.literalBits = literalBits;
    clear = 1 << literalBits;
    for (int i = 0; i < clear; i++) {
      suffix[i] = (byte) i;
    }
  }

  /**
   * Fills {@code pixels}.
   *
   * @throws IOException if there are fewer or more pixels, or a code that stands for nothing
   */
  void decode(byte[] pixels) throws IOException {
    int filled = 0;
    int bits = literalBits + 1;
    int next = clear + 2;
    int last = -1;
    int first = 0;
    while (true) {
      int code = read(bits);
      if (code < 0 || code == clear + 1) {
        break;
      }
      if (code == clear) {
        bits = literalBits + 1;
        next = clear + 2;
        last = -1;
        continue;
      }
      if (last < 0 ? code > clear : code > next) {
        throw new IOException("damaged GIF: code %d stands for nothing".formatted(code));
      }
      int length = 0;
      int link = code;
      if (code == next && last >= 0) {
        string[length++] = (byte) first;
        link = last;
      }
      while (link > clear) {
        string[length++] = suffix[link];
        link = prefix[link];
      }
      first = link;
      string[length++] = (byte) first;
      if (length > pixels.length - filled) {
        throw new IOException("damaged GIF: its data go on behind the last pixel");
      }
      while (length > 0) {
        pixels[filled++] = string[--length];
      }
      if (last >= 0 && next < MOST_CODES) {
        prefix[next] = last;
        suffix[next] = (byte) first;
        next++;
        if (next == 1 << bits && bits < 12) {
          bits++;
        }
      }
      last = code;
    }
    if (filled < pixels.length) {
      throw new IOException("truncated GIF: %d of %d pixels".formatted(filled, pixels.length));
    }
  }

  /** The next code; -1 at the end of the data. */
  private int read(int bits) {
    if (position + bits > 8L * coded.length) {
      return -1;
    }
    int code = 0;
    for (int got = 0; got < bits; ) {
      int inByte = (int) (position & 7);
      int take = Math.min(8 - inByte, bits - got);
      int part = (coded[(int) (position >> 3)] & 0xFF) >> inByte & ((1 << take) - 1);
      code |= part << got;
      got += take;
      position += take;
    }
    return code;
  }
}
