package longtail.train.checkpoint;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import longtail.optim.Span;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A flat vector of float32 or float64 numbers on the Java heap: what travels between driver and
 * workers. Immutable.
 */
public final class FlatVector implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int CHUNK = 4096;

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
    if (!isFlat(array)) {
      DataType type = array.dataType() == DataType.DOUBLE ? DataType.DOUBLE : DataType.FLOAT;
      return copyOf(array.castTo(type).dup('c'));
    }
    FlatVector copy = zeros(array.dataType(), Math.toIntExact(array.length()));
    Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
    // ND4J's own copies to and from Java go element by element, which takes ten times as long
    Pointer memory = array.data().addressPointer();
    if (copy.floats != null) {
      new FloatPointer(memory).get(copy.floats);
    } else {
      new DoublePointer(memory).get(copy.doubles);
    }
    return copy;
  }

  /** Whether the numbers of {@code array} lie in C order, one behind the other, as ours do. */
  private static boolean isFlat(INDArray array) {
    return (array.dataType() == DataType.FLOAT || array.dataType() == DataType.DOUBLE)
        && array.ordering() == 'c'
        && Shape.hasDefaultStridesForShape(array);
  }

  /** The numbers of {@code spans} of the flat {@code array}, one behind the other. */
  public static FlatVector copyOf(INDArray array, List<Span> spans) {
    FlatVector none = zeros(array.dataType(), 0);
    return spans.isEmpty()
        ? none
        : concatenate(spans.stream().map(span -> copyOf(part(array, span))).toList());
  }

  private static INDArray part(INDArray array, Span span) {
    return array
        .reshape('c', new long[] {array.length()})
        .get(NDArrayIndex.interval(span.offset(), span.end()));
  }

  /** The concatenation of {@code parts}, all of one type; at least one. */
  public static FlatVector concatenate(List<FlatVector> parts) {
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
    if (floats != null) {
      for (float value : floats) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
      return true;
    }
    return Arrays.stream(doubles).allMatch(Double::isFinite);
  }

  /** The numbers from {@code from} (inclusive) to {@code to} (exclusive). */
  public FlatVector range(int from, int to) {
    return floats != null
        ? of(Arrays.copyOfRange(floats, from, to))
        : of(Arrays.copyOfRange(doubles, from, to));
  }

  /** The numbers of {@code spans}, one behind the other. */
  FlatVector parts(List<Span> spans) {
    FlatVector parts = zeros(type(), (int) spans.stream().mapToLong(Span::length).sum());
    int at = 0;
    for (Span span : spans) {
      System.arraycopy(array(), (int) span.offset(), parts.array(), at, (int) span.length());
      at += (int) span.length();
    }
    return parts;
  }

  /** These numbers with {@code parts} instead of those of {@code spans}. */
  FlatVector with(List<Span> spans, FlatVector parts) {
    FlatVector whole = range(0, length());
    int at = 0;
    for (Span span : spans) {
      System.arraycopy(parts.array(), at, whole.array(), (int) span.offset(), (int) span.length());
      at += (int) span.length();
    }
    return whole;
  }

  /** Copies the numbers into {@code spans} of the flat {@code target}, which have as many. */
  public void copyTo(INDArray target, List<Span> spans) {
    int at = 0;
    for (Span span : spans) {
      int end = at + (int) span.length();
      range(at, end).copyTo(part(target, span));
      at = end;
    }
    if (at != length()) {
      throw new IllegalArgumentException(
          "a vector of %d numbers cannot become %d parts of %d numbers in all"
              .formatted(length(), spans.size(), at));
    }
  }

  /**
   * The sums of {@code weights} times {@code vectors}, which are of one type and length, in float64
   * in their order, rounded to their type; of those with the weight 0 nothing is added.
   */
  public static FlatVector sum(double[] weights, List<FlatVector> vectors) {
    FlatVector first = vectors.get(0);
    FlatVector result = zeros(first.type(), first.length());
    double[] sums = new double[Math.min(CHUNK, first.length())];
    for (int from = 0; from < first.length(); from += CHUNK) {
      int n = Math.min(CHUNK, first.length() - from);
      Arrays.fill(sums, 0);
      for (int k = 0; k < weights.length; k++) {
        if (weights[k] > 0) {
          vectors.get(k).addTo(sums, from, n, weights[k]);
        }
      }
      result.set(from, sums, n);
    }
    return result;
  }

  private void addTo(double[] sums, int from, int n, double weight) {
    if (floats != null) {
      for (int i = 0; i < n; i++) {
        sums[i] += weight * floats[from + i];
      }
    } else {
      for (int i = 0; i < n; i++) {
        sums[i] += weight * doubles[from + i];
      }
    }
  }

  private void set(int from, double[] values, int n) {
    if (floats != null) {
      for (int i = 0; i < n; i++) {
        floats[from + i] = (float) values[i];
      }
    } else {
      System.arraycopy(values, 0, doubles, from, n);
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
    if (target.dataType() != type() || !isFlat(target)) {
      try (INDArray source = toArray()) {
        target.assign(source.reshape(target.shape()));
      }
      return;
    }
    Nd4j.getAffinityManager().ensureLocation(target, Location.HOST);
    Pointer memory = target.data().addressPointer();
    if (floats != null) {
      new FloatPointer(memory).put(floats);
    } else {
      new DoublePointer(memory).put(doubles);
    }
    Nd4j.getAffinityManager().tagLocation(target, Location.HOST);
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
