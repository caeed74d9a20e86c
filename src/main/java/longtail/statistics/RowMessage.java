package longtail.statistics;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Messages of a header, in which the number of rows stands, and rows of one size, each of which
 * begins with its class; the classes ascend.
 *
 * @param header bytes of the header
 * @param countAt where in it the number of rows stands, as an int
 */
record RowMessage(int header, int countAt) {
  /** The message of those rows of {@code after} that {@code before} lacks or has otherwise. */
  byte[] changes(byte[] before, byte[] after) {
    int rows = rows(after);
    int size = rows == 0 ? 0 : (after.length - header) / rows;
    int[] changed = new int[rows];
    int count = 0;
    int old = header;
    for (int i = 0; i < rows; i++) {
      int at = header + i * size;
      while (old < before.length && classAt(before, old) < classAt(after, at)) {
        old += size;
      }
      boolean same =
          old + size <= before.length
              && Arrays.equals(before, old, old + size, after, at, at + size);
      if (!same) {
        changed[count++] = at;
      }
    }
    byte[] changes = new byte[header + count * size];
    System.arraycopy(after, 0, changes, 0, header);
    ByteBuffer.wrap(changes).putInt(countAt, count);
    for (int i = 0; i < count; i++) {
      System.arraycopy(after, changed[i], changes, header + i * size, size);
    }
    return changes;
  }

  private int rows(byte[] message) {
    return ByteBuffer.wrap(message).getInt(countAt);
  }

  private static int classAt(byte[] message, int at) {
    return ByteBuffer.wrap(message).getInt(at);
  }
}
