package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads event files by the written-down formats alone: the framing of TFRecord with a bitwise
 * CRC-32C, and protobuf's fields by their numbers.
 */
public final class EventReader {
  private static final int CASTAGNOLI = 0x82F63B78;

  private EventReader() {}

  /**
   * A value of an event.
   *
   * @param step of the event
   * @param tag name of the curve
   * @param number of a curve; NaN if it is no number
   * @param image of a picture, as PNG; empty if it is none
   * @param text of a text; empty if it is none
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  public record Value(long step, String tag, double number, byte[] image, String text) {}

  /**
   * What a file says.
   *
   * @param version what the first event says of the file
   * @param start the step from which events of files before do not count; -1 if it does not say
   * @param values all values in order
   */
  public record Content(String version, long start, List<Value> values) {
    /** The numbers of the curve {@code tag} in order. */
    public List<Double> curve(String tag) {
      return values.stream().filter(v -> v.tag().equals(tag)).map(Value::number).toList();
    }

    /** The steps of the curve {@code tag} in order. */
    public List<Long> steps(String tag) {
      return values.stream().filter(v -> v.tag().equals(tag)).map(Value::step).toList();
    }
  }

  /** Reads {@code file} and checks the sums of every event. */
  public static Content read(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    String version = "";
    long start = -1;
    List<Value> values = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[Long.BYTES];
      in.get(length);
      assertThat(in.getInt()).isEqualTo(masked(length));
      byte[] event =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(event);
      assertThat(in.getInt()).isEqualTo(masked(event));
      long step = 0;
      List<Field> fields = fields(event);
      for (Field field : fields) {
        step = field.number == 2 ? field.integer : step;
      }
      for (Field field : fields) {
        if (field.number == 3) {
          version = field.string();
        } else if (field.number == 5) {
          for (Field value : fields(field.bytes)) {
            values.add(value(step, value.bytes));
          }
        } else if (field.number == 7) {
          assertThat(fields(field.bytes).get(0).integer).isEqualTo(1);
          start = step;
        }
      }
    }
    return new Content(version, start, values);
  }

  private static Value value(long step, byte[] message) {
    String tag = "";
    double number = Double.NaN;
    byte[] image = {};
    String text = "";
    for (Field field : fields(message)) {
      switch (field.number) {
        case 1 -> tag = field.string();
        case 2 -> number = Float.intBitsToFloat((int) field.integer);
        case 4 ->
            image =
                fields(field.bytes).stream()
                    .filter(f -> f.number == 4)
                    .findFirst()
                    .orElseThrow()
                    .bytes;
        case 8 ->
            text =
                fields(field.bytes).stream()
                    .filter(f -> f.number == 8)
                    .findFirst()
                    .orElseThrow()
                    .string();
        default -> {}
      }
    }
    return new Value(step, tag, number, image, text);
  }

  /** A field of a message, either an integer of any width or bytes. */
  private record Field(int number, long integer, byte[] bytes) {
    String string() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static List<Field> fields(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    List<Field> fields = new ArrayList<>();
    while (in.hasRemaining()) {
      long key = varint(in);
      int number = (int) (key >> 3);
      switch ((int) key & 7) {
        case 0 -> fields.add(new Field(number, varint(in), new byte[0]));
        case 1 -> fields.add(new Field(number, in.getLong(), new byte[0]));
        case 2 -> {
          byte[] bytes = new byte[(int) varint(in)];
          in.get(bytes);
          fields.add(new Field(number, 0, bytes));
        }
        case 5 -> fields.add(new Field(number, in.getInt(), new byte[0]));
        default ->
            throw new AssertionError("no such type of a field in " + Arrays.toString(message));
      }
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static int masked(byte[] bytes) {
    int sum = ~0;
    for (byte next : bytes) {
      sum ^= next & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        sum = (sum >>> 1) ^ ((sum & 1) == 0 ? 0 : CASTAGNOLI);
      }
    }
    sum = ~sum;
    return ((sum >>> 15) | (sum << 17)) + 0xa282ead8;
  }
}
