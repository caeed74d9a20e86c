package longtail.statistics;

import java.nio.ByteBuffer;
import java.util.function.IntPredicate;

/**
 * Messages of a header, in which the number of rows stands, and rows of one size, each of which
 * begins with its class; the classes ascend.
 *
 * <p>A message of all classes is large and what a round changes of it is not, so messages are
 * compared and put together where they lie, without reading what is in their rows.
 *
 * @param header bytes of the header
 * @param countAt where in it the number of rows stands, as an int
 */
public record RowMessage(int header, int countAt) {
  /** The message of those rows of {@code after} that {@code before} lacks or has otherwise. */
  public byte[] changes(ByteBuffer before, ByteBuffer after) {
    int size = size(after);
    return only(
        after,
        row -> {
          int old = find(before, after.getInt(row));
          return old < 0 || !before.slice(old, size).equals(after.slice(row, size));
        });
  }

  /** The message of those rows of {@code message} that are of classes of {@code others}. */
  public byte[] matching(ByteBuffer message, ByteBuffer others) {
    return only(message, row -> find(others, message.getInt(row)) >= 0);
  }

  /** Bytes of the message that {@link #splice} writes. */
  public int splicedLength(ByteBuffer message, ByteBuffer rows) {
    int added = 0;
    for (int row = header; row < rows.limit(); row += size(rows)) {
      added += find(message, rows.getInt(row)) < 0 ? size(rows) : 0;
    }
    return message.limit() + added;
  }

  /**
   * Writes {@code message} with {@code rows} in it, in place of its own rows of the same classes.
   */
  public void splice(ByteBuffer message, ByteBuffer rows, ByteBuffer out) {
    if (count(rows) == 0) {
      out.put(message.duplicate());
      return;
    }
    int size = size(rows);
    int start = out.position();
    out.put(rows.slice(0, header));
    int from = header;
    for (int row = header; row < rows.limit(); row += size) {
      int found = find(message, rows.getInt(row));
      int to = found < 0 ? ~found : found;
      out.put(message.slice(from, to - from)).put(rows.slice(row, size));
      from = found < 0 ? to : to + size;
    }
    out.put(message.slice(from, message.limit() - from));
    out.putInt(start + countAt, (out.position() - start - header) / size);
  }

  private byte[] only(ByteBuffer message, IntPredicate wanted) {
    int size = size(message);
    int[] rows = new int[count(message)];
    int count = 0;
    for (int row = header; row < message.limit(); row += size) {
      if (wanted.test(row)) {
        rows[count++] = row;
      }
    }
    byte[] part = new byte[header + count * size];
    message.get(0, part, 0, header);
    ByteBuffer.wrap(part).putInt(countAt, count);
    for (int i = 0; i < count; i++) {
      message.get(rows[i], part, header + i * size, size);
    }
    return part;
  }

  private int count(ByteBuffer message) {
    return message.getInt(countAt);
  }

  private int size(ByteBuffer message) {
    return count(message) == 0 ? 0 : (message.limit() - header) / count(message);
  }

  /** Where the row of class {@code c} is, or the complement of where it would be. */
  private int find(ByteBuffer message, int c) {
    int size = size(message);
    int from = 0;
    int to = count(message);
    while (from < to) {
      int middle = (from + to) >>> 1;
      int at = message.getInt(header + middle * size);
      if (at == c) {
        return header + middle * size;
      }
      if (at < c) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return ~(header + from * size);
  }
}
