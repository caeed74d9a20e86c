package longtail.image.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Whether the scans of a JPEG are all there: libjpeg fills up what is missing between two markers
 * and does not count them.
 *
 * <p>The file must have an end marker, as many restart markers as its interval asks for, in their
 * order, and scans for every component; a progressive one must refine each coefficient that it has
 * to its last bit. What follows the end marker does not matter.
 */
final class JpegStructure {
  private static final int SOI = 0xD8;
  private static final int EOI = 0xD9;
  private static final int SOS = 0xDA;
  private static final int DRI = 0xDD;
  private static final int FIRST_RESTART = 0xD0;
  private static final int COEFFICIENTS = 64;
  private static final int UNSEEN = 99;

  private final byte[] data;
  private int at = 2;
  private int interval;
  private boolean progressive;
  private int height;
  private int width;
  private int[] ids = new int[0];
  private int[] across;
  private int[] down;

  /** Lowest bit that has come so far, of each coefficient of each component. */
  private int[][] lowestBits = new int[0][];

  private JpegStructure(byte[] data) {
    this.data = data;
  }

  /**
   * Checks {@code data}.
   *
   * @throws IOException with what is missing
   */
  static void verify(byte[] data) throws IOException {
    try {
      new JpegStructure(data).verify();
    } catch (ArrayIndexOutOfBoundsException end) {
      throw new IOException("truncated JPEG: it ends at byte %d".formatted(data.length), end);
    }
  }

  /** {@code data} without the markers of applications, and comments. */
  static byte[] bare(byte[] data) {
    ByteArrayOutputStream bare = new ByteArrayOutputStream(data.length);
    bare.write(data, 0, 2);
    int at = 2;
    while (at + 4 <= data.length) {
      if ((data[at] & 0xFF) != 0xFF) {
        at++;
        continue;
      }
      int marker = data[at + 1] & 0xFF;
      if (marker == SOS) {
        break;
      }
      if (marker == 0xFF || marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= EOI)) {
        at += marker == 0xFF ? 1 : 2;
        continue;
      }
      int end = Math.min(data.length, at + 2 + word(data, at + 2));
      if ((marker < 0xE0 || marker > 0xEF) && marker != 0xFE) {
        bare.write(data, at, end - at);
      }
      at = end;
    }
    bare.write(data, at, data.length - at);
    return bare.toByteArray();
  }

  private void verify() throws IOException {
    for (int marker = next(); marker != EOI; marker = next()) {
      if (marker == SOI || marker == 1 || (marker >= FIRST_RESTART && marker < SOI)) {
        continue;
      }
      int body = at + 2;
      int end = at + word(data, at);
      if (end < body || end > data.length) {
        throw new IOException("truncated JPEG: it ends inside marker 0x%02X".formatted(marker));
      }
      at = end;
      if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
        frame(marker, body);
      } else if (marker == DRI) {
        interval = word(data, body);
      } else if (marker == SOS) {
        restarts(scan(body));
      }
    }
    for (int c = 0; c < ids.length; c++) {
      int first = lowestBits[c][0];
      boolean incomplete =
          Arrays.stream(lowestBits[c]).anyMatch(bit -> bit != 0 && bit != UNSEEN) || first != 0;
      if (incomplete) {
        throw new IOException("truncated JPEG: scans of component %d are missing".formatted(c + 1));
      }
    }
  }

  /** The next marker; its body starts at {@link #at}. */
  private int next() throws IOException {
    while (at < data.length && data[at] != (byte) 0xFF) {
      at++; // stray bytes
    }
    while (at < data.length && data[at] == (byte) 0xFF) {
      at++; // fill bytes
    }
    if (at >= data.length) {
      throw new IOException("truncated JPEG: it has no end marker");
    }
    int marker = data[at++] & 0xFF;
    return marker == 0 ? next() : marker;
  }

  private void frame(int marker, int body) throws IOException {
    if (ids.length > 0) {
      throw new IOException("damaged JPEG: it has two frames");
    }
    if ((marker != 0xC0 && marker != 0xC1 && marker != 0xC2) || data[body] != 8) {
      throw new IOException(
          "a JPEG of coding %d with %d bits is not supported; convert it to PNG"
              .formatted(marker - 0xC0, data[body]));
    }
    progressive = marker == 0xC2;
    height = word(data, body + 1);
    width = word(data, body + 3);
    int components = data[body + 5];
    ids = new int[components];
    across = new int[components];
    down = new int[components];
    lowestBits = new int[components][COEFFICIENTS];
    for (int c = 0; c < components; c++) {
      ids[c] = data[body + 6 + 3 * c] & 0xFF;
      across[c] = Math.max(1, data[body + 7 + 3 * c] >> 4 & 0xF);
      down[c] = Math.max(1, data[body + 7 + 3 * c] & 0xF);
      Arrays.fill(lowestBits[c], UNSEEN);
    }
  }

  /** The number of units between whose groups restart markers stand. */
  private long scan(int body) throws IOException {
    int components = data[body];
    int parameters = body + 1 + 2 * components;
    int from = progressive ? data[parameters] : 0;
    int to = progressive ? data[parameters + 1] : COEFFICIENTS - 1;
    int bit = progressive ? data[parameters + 2] & 0xF : 0;
    int last = -1;
    for (int i = 0; i < components; i++) {
      last = component(data[body + 1 + 2 * i] & 0xFF);
      for (int k = Math.max(0, from); k <= Math.min(to, COEFFICIENTS - 1); k++) {
        lowestBits[last][k] = bit;
      }
    }
    if (last < 0) {
      throw new IOException("damaged JPEG: a scan without components");
    }
    int mostAcross = Arrays.stream(across).max().orElseThrow();
    int mostDown = Arrays.stream(down).max().orElseThrow();
    if (components > 1) {
      return (long) parts(width, 8 * mostAcross) * parts(height, 8 * mostDown);
    }
    return (long) parts(parts(width * across[last], mostAcross), 8)
        * parts(parts(height * down[last], mostDown), 8);
  }

  private int component(int id) throws IOException {
    for (int c = 0; c < ids.length; c++) {
      if (ids[c] == id) {
        return c;
      }
    }
    throw new IOException("damaged JPEG: a scan of a component that the frame lacks");
  }

  private static int parts(int length, int part) {
    return (length + part - 1) / part;
  }

  /** Walks the coded data of a scan of {@code units} to the next marker that ends it. */
  private void restarts(long units) throws IOException {
    long needed = interval == 0 ? 0 : (units - 1) / interval;
    long found = 0;
    while (true) {
      while (data[at] != (byte) 0xFF) {
        at++;
      }
      int marker = data[at + 1] & 0xFF;
      if (marker >= FIRST_RESTART && marker < SOI) {
        if (marker != FIRST_RESTART + (int) (found % 8) || found > needed) {
          throw new IOException(
              "damaged JPEG: restart marker %d is not the expected one".formatted(found + 1));
        }
        found++;
      } else if (marker == 0xFF) {
        at++;
        continue;
      } else if (marker != 0) {
        break;
      }
      at += 2;
    }
    if (found < needed) {
      throw new IOException("damaged JPEG: %d of %d restart markers".formatted(found, needed));
    }
  }

  private static int word(byte[] data, int at) {
    return (data[at] & 0xFF) << 8 | (data[at + 1] & 0xFF);
  }
}
