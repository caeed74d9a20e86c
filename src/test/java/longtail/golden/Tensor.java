package longtail.golden;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One array of a golden case in C order. */
public final class Tensor {
  private final String type;
  private final long[] shape;
  private final ByteBuffer data;

  /**
   * Wraps decoded elements.
   *
   * @param type element type as NumPy names it, without the byte order: f8, f4, i8, i4, u1 or b1
   * @param shape extents; empty for a scalar
   * @param data the elements, in the byte order of the buffer
   */
  public Tensor(String type, long[] shape, ByteBuffer data) {
    this.type = type;
    this.shape = shape.clone();
    this.data = data;
  }

  /** Extents; empty for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public int length() {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  /** Whether the elements are integers or booleans. */
  public boolean integral() {
    return !type.startsWith("f");
  }

  /** The elements as doubles; integers beyond 2^53 lose digits. */
  public double[] values() {
    double[] values = new double[length()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case "f8" -> data.getDouble(8 * i);
            case "f4" -> data.getFloat(4 * i);
            default -> integer(i);
          };
    }
    return values;
  }

  /** The elements as floats, rounded if they are doubles. */
  public float[] floats() {
    double[] values = values();
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** The elements of an integral tensor; booleans are 0 and 1, bytes 0 to 255. */
  public long[] longs() {
    long[] longs = new long[length()];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = integer(i);
    }
    return longs;
  }

  /** The elements of an integral tensor as ints; fails if one does not fit. */
  public int[] ints() {
    return Arrays.stream(longs()).mapToInt(Math::toIntExact).toArray();
  }

  /** The elements of a uint8 or boolean tensor as they are stored. */
  public byte[] bytes() {
    if (!type.equals("u1") && !type.equals("b1")) {
      throw new IllegalStateException("only uint8 and bool have byte access, this is " + type);
    }
    byte[] bytes = new byte[length()];
    data.get(0, bytes);
    return bytes;
  }

  /** The only element, of shape {@code ()} or {@code (1,)}. */
  public double scalar() {
    if (length() != 1) {
      throw new IllegalStateException("not a scalar: shape " + Arrays.toString(shape));
    }
    return values()[0];
  }

  /** The elements as an ND4J array of the same shape; a scalar becomes shape {@code [1]}. */
  public INDArray array(DataType dataType) {
    long[] extents = shape.length == 0 ? new long[] {1} : shape;
    return Nd4j.createFromArray(values()).reshape('c', extents).castTo(dataType);
  }

  private long integer(int i) {
    return switch (type) {
      case "i8" -> data.getLong(8 * i);
      case "i4" -> data.getInt(4 * i);
      case "u1", "b1" -> data.get(i) & 0xFF;
      default -> throw new IllegalStateException("not an integral tensor: " + type);
    };
  }
}
