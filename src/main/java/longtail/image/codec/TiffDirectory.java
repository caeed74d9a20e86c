package longtail.image.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The whole numbers in the first directory of a TIFF structure, by tag, with offsets of 32 or of 64
 * bits and in either order of bytes. Exif is such a structure, too.
 */
final class TiffDirectory {
  private static final int LARGE = 43;
  private static final int MOST_VALUES = 1 << 24;

  private final ByteBuffer file;
  private final boolean large;
  private final Map<Integer, Entry> entries = new HashMap<>();

  /** {@code count} numbers of {@code width} bytes from {@code from} on. */
  private record Entry(int from, int count, int width) {}

  private TiffDirectory(ByteBuffer file) throws IOException {
    this.file = file;
    if (file.limit() < 8) {
      throw new IOException("truncated TIFF: it ends inside its header");
    }
    file.order(file.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    large = file.getShort(2) == LARGE;
  }

  /**
   * Reads {@code file}; an entry that lies outside of it, or holds no whole numbers, is left out.
   */
  static TiffDirectory read(ByteBuffer file) throws IOException {
    TiffDirectory directory = new TiffDirectory(file);
    try {
      directory.read();
    } catch (IndexOutOfBoundsException end) {
      throw new IOException("truncated TIFF: its directory lies outside of the file", end);
    }
    return directory;
  }

  private void read() throws IOException {
    long at = large ? file.getLong(8) : Integer.toUnsignedLong(file.getInt(4));
    if (at < 8 || at > file.limit() - 2) {
      throw new IOException("truncated TIFF: its directory would start at byte " + at);
    }
    int first = (int) at;
    long count = large ? file.getLong(first) : Short.toUnsignedInt(file.getShort(first));
    int size = large ? 20 : 12;
    int entry = first + (large ? 8 : 2);
    for (long i = 0; i < count && entry + size <= file.limit(); i++, entry += size) {
      entry(entry);
    }
  }

  private void entry(int at) {
    int type = Short.toUnsignedInt(file.getShort(at + 2));
    int width =
        switch (type) {
          case 1, 6, 7 -> 1;
          case 3, 8 -> 2;
          case 4, 9, 13 -> 4;
          case 16, 17, 18 -> 8;
          default -> 0;
        };
    long count = large ? file.getLong(at + 4) : Integer.toUnsignedLong(file.getInt(at + 4));
    int inline = large ? 8 : 4;
    int field = at + 4 + inline;
    if (width == 0 || count < 1 || count > MOST_VALUES) {
      return;
    }
    long from = field;
    if (count * width > inline) {
      from = large ? file.getLong(field) : Integer.toUnsignedLong(file.getInt(field));
    }
    if (from < 0 || from + count * width > file.limit()) {
      return;
    }
    entries.putIfAbsent(
        Short.toUnsignedInt(file.getShort(at)), new Entry((int) from, (int) count, width));
  }

  private long value(int at, int width) {
    return switch (width) {
      case 1 -> Byte.toUnsignedInt(file.get(at));
      case 2 -> Short.toUnsignedInt(file.getShort(at));
      case 4 -> Integer.toUnsignedLong(file.getInt(at));
      default -> file.getLong(at);
    };
  }

  /** Whether the bytes of a number start with the highest one. */
  boolean bigEndian() {
    return file.order() == ByteOrder.BIG_ENDIAN;
  }

  /** The numbers of {@code tag}; none if it is missing. */
  long[] values(int tag) {
    Entry entry = entries.get(tag);
    if (entry == null) {
      return new long[0];
    }
    long[] values = new long[entry.count];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(entry.from + i * entry.width, entry.width);
    }
    return values;
  }

  /** The bytes of {@code tag}; none if it is missing or holds larger numbers. */
  byte[] bytes(int tag) {
    Entry entry = entries.get(tag);
    byte[] bytes = new byte[entry == null || entry.width > 1 ? 0 : entry.count];
    if (bytes.length > 0) {
      file.get(entry.from, bytes);
    }
    return bytes;
  }

  /** The first number of {@code tag}, or {@code otherwise} if it is missing. */
  long value(int tag, long otherwise) {
    Entry entry = entries.get(tag);
    return entry == null ? otherwise : value(entry.from, entry.width);
  }
}
