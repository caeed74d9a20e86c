package longtail.dataset.format;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Reads a TFRecord file of {@code tf.train.Example} messages record by record, checking the
 * checksums of the container.
 */
final class TfRecords {
  private static final int LENGTH_DELIMITED = 2;

  private final InputStream in;

  TfRecords(InputStream in) {
    this.in = in;
  }

  /** The next message, or null at the end of the file. */
  Example next() throws IOException {
    byte[] header = in.readNBytes(12);
    if (header.length == 0) {
      return null;
    }
    if (header.length < 12) {
      throw new EOFException("it ends within a record");
    }
    ByteBuffer head = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    long length = head.getLong();
    if (head.getInt() != checksum(header, 8) || length < 0 || length > Integer.MAX_VALUE - 16) {
      throw new IOException("the length of a record is damaged");
    }
    byte[] message = in.readNBytes((int) length);
    byte[] footer = in.readNBytes(Integer.BYTES);
    if (message.length < length || footer.length < Integer.BYTES) {
      throw new EOFException("it ends within a record");
    }
    int expected = ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).getInt();
    if (expected != checksum(message, message.length)) {
      throw new IOException("the content of a record is damaged");
    }
    try {
      return Example.parse(message);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException("a record is no tf.train.Example message", e);
    }
  }

  /** CRC-32C in the masked form of the format. */
  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    int value = (int) crc.getValue();
    return Integer.rotateRight(value, 15) + 0xa282ead8;
  }

  /** The features of one message by name; each as the bytes of its {@code Feature} message. */
  record Example(Map<String, ByteBuffer> features) {

    /** Walks Example {1: Features {1: map entry {1: name, 2: Feature}}}. */
    private static Example parse(byte[] message) {
      Map<String, ByteBuffer> features = new HashMap<>();
      ByteBuffer example = ByteBuffer.wrap(message);
      while (example.hasRemaining()) {
        ByteBuffer entries = field(example);
        while (entries.hasRemaining()) {
          ByteBuffer entry = field(entries);
          String name = StandardCharsets.UTF_8.decode(field(entry)).toString();
          features.put(name, field(entry));
        }
      }
      return new Example(features);
    }

    /** The only byte string of feature {@code name}: Feature {1: BytesList {1: bytes}}. */
    byte[] bytes(String name) throws IOException {
      ByteBuffer value = value(name);
      byte[] bytes = new byte[value.remaining()];
      value.get(bytes);
      return bytes;
    }

    /** The only integer of feature {@code name}: Feature {3: Int64List {1: packed varints}}. */
    long integer(String name) throws IOException {
      try {
        return varint(value(name));
      } catch (BufferUnderflowException | IllegalArgumentException e) {
        throw new IOException("the feature '" + name + "' of a record is damaged", e);
      }
    }

    private ByteBuffer value(String name) throws IOException {
      ByteBuffer feature = features.get(name);
      if (feature == null) {
        throw new IOException("a record has no feature '" + name + "', only " + features.keySet());
      }
      try {
        ByteBuffer list = field(feature.duplicate());
        return unpacked(list) ? list.position(list.position() + 1) : field(list);
      } catch (BufferUnderflowException | IllegalArgumentException e) {
        throw new IOException("the feature '" + name + "' of a record is damaged", e);
      }
    }

    /** Whether a list holds a bare varint, as older writers do. */
    private static boolean unpacked(ByteBuffer list) {
      return (list.duplicate().get() & 7) == 0;
    }

    /** The next length-delimited field, whatever its number. */
    private static ByteBuffer field(ByteBuffer message) {
      long tag = varint(message);
      if ((tag & 7) != LENGTH_DELIMITED) {
        throw new IllegalArgumentException("unexpected wire type " + (tag & 7));
      }
      int length = Math.toIntExact(varint(message) & Integer.MAX_VALUE);
      ByteBuffer field = message.slice();
      field.limit(length);
      message.position(message.position() + length);
      return field;
    }

    private static long varint(ByteBuffer message) {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        byte b = message.get();
        value |= (b & 0x7FL) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw new IllegalArgumentException("a varint of more than 64 bits");
    }
  }
}
