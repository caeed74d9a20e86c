package longtail.train;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A flat vector of float32 or float64 numbers on the Java heap: what travels between driver and
 * workers. Immutable.
 */
public final class FlatVector implements Serializable {
  private static final long serialVersionUID = 1L;

  // Exactly one of the two is present.
  private final float[] floats;
  private final double[] doubles;

  private FlatVector(float[] floats, double[] doubles) {
    this.floats = floats;
    this.doubles = doubles;
  }

  /** A float32 vector that takes over {@code values}. */
  public static FlatVector of(float... values) {
    return new FlatVector(values, null);
  }

  /** A float64 vector that takes over {@code values}. */
  public static FlatVector of(double... values) {
    return new FlatVector(null, values);
  }

  /** {@code length} zeros of type {@code type}, FLOAT or DOUBLE. */
  public static FlatVector zeros(DataType type, int length) {
    return type == DataType.DOUBLE ? of(new double[length]) : of(new float[length]);
  }

  /** A copy of {@code array}'s numbers in C order; FLOAT and DOUBLE arrays keep their type. */
  public static FlatVector copyOf(INDArray array) {
    if (array.isEmpty()) {
      return zeros(array.dataType(), 0);
    }
    INDArray flat = array.reshape('c', new long[] {array.length()});
    return array.dataType() == DataType.DOUBLE
        ? of(flat.toDoubleVector())
        : of(flat.toFloatVector());
  }

  /** The vector of type {@code type} nearest to {@code values}. */
  static FlatVector rounded(DataType type, double[] values) {
    if (type == DataType.DOUBLE) {
      return of(values);
    }
    float[] rounded = new float[values.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) values[i];
    }
    return of(rounded);
  }

  /** The concatenation of {@code parts}, all of one type; at least one. */
  static FlatVector concatenate(List<FlatVector> parts) {
    int length = parts.stream().mapToInt(FlatVector::length).sum();
    FlatVector whole = zeros(parts.get(0).type(), length);
    int at = 0;
    for (FlatVector part : parts) {
      System.arraycopy(part.array(), 0, whole.array(), at, part.length());
      at += part.length();
    }
    return whole;
  }

  /** FLOAT or DOUBLE. */
  public DataType type() {
    return floats != null ? DataType.FLOAT : DataType.DOUBLE;
  }

  /** How many numbers there are. */
  public int length() {
    return floats != null ? floats.length : doubles.length;
  }

  /** The number at {@code index}. */
  public double at(int index) {
    return floats != null ? floats[index] : doubles[index];
  }

  /** Whether no number is infinite or not a number. */
  public boolean isFinite() {
    for (int i = 0; i < length(); i++) {
      if (!Double.isFinite(at(i))) {
        return false;
      }
    }
    return true;
  }

  /** The numbers from {@code from} (inclusive) to {@code to} (exclusive). */
  public FlatVector range(int from, int to) {
    return floats != null
        ? of(Arrays.copyOfRange(floats, from, to))
        : of(Arrays.copyOfRange(doubles, from, to));
  }

  /** Adds {@code weight} times this vector to {@code sum}. */
  void addTo(double[] sum, double weight) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += weight * at(i);
    }
  }

  /** Copies the numbers into {@code target}, an array of as many elements, in C order. */
  public void copyTo(INDArray target) {
    long expected = target.isEmpty() ? 0 : target.length();
    if (expected != length()) {
      throw new IllegalArgumentException(
          "a vector of %d numbers cannot become an array of %d".formatted(length(), expected));
    }
    if (expected == 0) {
      return;
    }
    try (INDArray source = toArray()) {
      target.assign(source.reshape(target.shape()));
    }
  }

  /** A new detached array of shape {@code [length]}. */
  public INDArray toArray() {
    return floats != null
        ? Nd4j.create(floats, new long[] {floats.length}, DataType.FLOAT)
        : Nd4j.create(doubles, new long[] {doubles.length}, DataType.DOUBLE);
  }

  private Object array() {
    return floats != null ? floats : doubles;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FlatVector that
        && Arrays.equals(floats, that.floats)
        && Arrays.equals(doubles, that.doubles);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(floats) + Arrays.hashCode(doubles);
  }

  @Override
  public String toString() {
    return type() + "[" + length() + "]";
  }
}
