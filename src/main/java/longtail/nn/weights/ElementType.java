package longtail.nn.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Number formats of tensors, by PyTorch's names of their storages. */
enum ElementType {
  FLOAT(4),
  DOUBLE(8),
  HALF(2),
  BFLOAT16(2),
  LONG(8),
  INT(4),
  SHORT(2),
  CHAR(1),
  BYTE(1),
  BOOL(1),
  /** These have elements that are no real numbers; their bytes are passed over. */
  COMPLEXFLOAT(8),
  COMPLEXDOUBLE(16),
  QINT8(1),
  QUINT8(1),
  QINT32(4);

  private final int width;

  ElementType(int width) {
    this.width = width;
  }

  /** The type of the class {@code FloatStorage} and its like. */
  static Optional<ElementType> ofStorage(String name) {
    return Arrays.stream(values())
        .filter(type -> name.equalsIgnoreCase(type.name() + "Storage"))
        .findFirst();
  }

  /** Bytes per element. */
  int width() {
    return width;
  }

  /** Element {@code index} of little-endian {@code bytes}. */
  double read(ByteBuffer bytes, int index) {
    int at = index * width;
    return switch (this) {
      case FLOAT -> bytes.getFloat(at);
      case DOUBLE -> bytes.getDouble(at);
      case HALF -> half(bytes.getShort(at));
      case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(at) << 16);
      case LONG -> bytes.getLong(at);
      case INT -> bytes.getInt(at);
      case SHORT -> bytes.getShort(at);
      case CHAR -> bytes.get(at);
      case BYTE, BOOL -> bytes.get(at) & 0xFF;
      case COMPLEXFLOAT, COMPLEXDOUBLE, QINT8, QUINT8, QINT32 ->
          throw new IllegalArgumentException("elements of type " + this + " are no real numbers");
    };
  }

  private static double half(short bits) {
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    double magnitude =
        switch (exponent) {
          case 0 -> Math.scalb((double) fraction, -24);
          case 0x1F -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> Math.scalb(1.0 + fraction / 1024.0, exponent - 15);
        };
    return bits < 0 ? -magnitude : magnitude;
  }
}
