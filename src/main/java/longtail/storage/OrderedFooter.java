package longtail.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.PositionOutputStream;

/**
 * Passes the bytes of a Parquet file on, but lists the encodings of each column in the footer in
 * their order. Parquet's writer takes them from a hash set, whose order differs between processes:
 * they are the only bytes of a file that depend on anything but its rows.
 *
 * <p>The end of the file is held back until it is closed. A footer that is larger than that (tables
 * of thousands of columns or row groups) stays as it is.
 */
final class OrderedFooter extends PositionOutputStream {
  private static final int HELD = 1 << 20;

  /** Length of the footer, and "PAR1". */
  private static final int TAIL = 8;

  private final OutputStream out;
  private final byte[] held = new byte[2 * HELD];
  private int holding;
  private long position;
  private boolean closed;

  OrderedFooter(OutputStream out) {
    this.out = out;
  }

  @Override
  public long getPos() {
    return position;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    position += length;
    if (length >= held.length - holding) {
      int passed = Math.max(0, holding + length - HELD);
      int ofHeld = Math.min(holding, passed);
      out.write(held, 0, ofHeld);
      System.arraycopy(held, ofHeld, held, 0, holding - ofHeld);
      holding -= ofHeld;
      out.write(bytes, from, passed - ofHeld);
      System.arraycopy(bytes, from + passed - ofHeld, held, holding, length - passed + ofHeld);
      holding += length - passed + ofHeld;
    } else {
      System.arraycopy(bytes, from, held, holding, length);
      holding += length;
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    order();
    out.write(held, 0, holding);
    holding = 0;
    out.close();
  }

  private void order() throws IOException {
    if (holding < TAIL) {
      return;
    }
    int length = ByteBuffer.wrap(held, holding - TAIL, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
    int start = holding - TAIL - length;
    if (length <= 0 || start < 0) {
      return;
    }
    FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(held, start, length));
    for (RowGroup rows : footer.getRow_groups()) {
      for (ColumnChunk column : rows.getColumns()) {
        Collections.sort(column.getMeta_data().getEncodings());
      }
    }
    ByteArrayOutputStream ordered = new ByteArrayOutputStream(length);
    Util.writeFileMetaData(footer, ordered);
    byte[] tail = Arrays.copyOfRange(held, holding - TAIL, holding);
    ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).putInt(ordered.size());
    byte[] bytes = ordered.toByteArray();
    System.arraycopy(bytes, 0, held, start, bytes.length);
    System.arraycopy(tail, 0, held, start + bytes.length, TAIL);
    holding = start + bytes.length + TAIL;
  }
}
