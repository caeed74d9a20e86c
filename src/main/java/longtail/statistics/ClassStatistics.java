package longtail.statistics;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Class-wise number, mean and biased covariance of all features ever seen, in float64.
 *
 * <p>They are pooled exactly, so statistics of parts {@link #merge} into those of the whole,
 * whatever the parts and their order; only classes that were seen take memory: {@code 8 (width + 1
 * + covariance)} bytes each. This is the estimator of MetaSAug (Li et al., "MetaSAug: Meta Semantic
 * Augmentation for Long-Tailed Visual Recognition", 2021) and of ISDA, batch by batch. Nothing is
 * forgotten and nothing clamped.
 */
public final class ClassStatistics {
  private final Covariance kind;
  private final int classes;
  private final int width;
  private final TreeMap<Integer, ClassMoments> seen = new TreeMap<>();

  private ClassStatistics(Covariance kind, int classes, int width) {
    this.kind = kind;
    this.classes = classes;
    this.width = width;
  }

  /** Statistics of nothing. */
  public static ClassStatistics empty(Covariance kind, int classes, int width) {
    return new ClassStatistics(kind, classes, width);
  }

  /**
   * Pools the features of a batch.
   *
   * @param features {@code [batch, width]}
   * @param labels {@code [batch]}, each in {@code [0, classes)}
   */
  public void add(INDArray features, int[] labels) {
    merge(ofBatch(features, labels));
  }

  /** The statistics of one batch alone, of this kind and size. */
  public ClassStatistics ofBatch(INDArray features, int[] labels) {
    if (features.size(0) != labels.length || features.size(1) != width) {
      throw new IllegalArgumentException(
          "features must be [%d, %d], were %s"
              .formatted(labels.length, width, Arrays.toString(features.shape())));
    }
    ClassStatistics batch = empty(kind, classes, width);
    double[] elements = Elements.of(features);
    double[] feature = new double[width];
    for (int i = 0; i < labels.length; i++) {
      System.arraycopy(elements, i * width, feature, 0, width);
      batch.of(labels[i]).add(feature);
    }
    return batch;
  }

  /**
   * The statistics of what all workers saw of {@code ofClasses}, which must be all that any of them
   * saw: first the means, then the covariances around them.
   */
  public ClassStatistics over(Collective workers, int[] ofClasses) {
    ClassMoments nothing = ClassMoments.none(width, kind);
    int row = 1 + width;
    double[] firsts = new double[Math.multiplyExact(ofClasses.length, row)];
    for (int i = 0; i < ofClasses.length; i++) {
      ClassMoments own = seen.getOrDefault(ofClasses[i], nothing);
      firsts[i * row] = own.count();
      for (int a = 0; a < width; a++) {
        firsts[i * row + 1 + a] = own.count() * own.mean()[a];
      }
    }
    workers.sum(firsts);
    int length = kind.length(width);
    double[] seconds = new double[Math.multiplyExact(ofClasses.length, length)];
    double[][] means = new double[ofClasses.length][width];
    for (int i = 0; i < ofClasses.length; i++) {
      double count = Math.max(1, firsts[i * row]);
      for (int a = 0; a < width; a++) {
        means[i][a] = firsts[i * row + 1 + a] / count;
      }
      seen.getOrDefault(ofClasses[i], nothing).scatter(means[i], count, seconds, i * length);
    }
    workers.sum(seconds);
    ClassStatistics all = emptied();
    for (int i = 0; i < ofClasses.length; i++) {
      double[] covariance = Arrays.copyOfRange(seconds, i * length, (i + 1) * length);
      all.set(ofClasses[i], (long) firsts[i * row], means[i], covariance);
    }
    return all;
  }

  private ClassMoments of(int c) {
    if (c < 0 || c >= classes) {
      throw new IllegalArgumentException("labels must be in [0, %d), was %d".formatted(classes, c));
    }
    return seen.computeIfAbsent(c, absent -> ClassMoments.none(width, kind));
  }

  /** Pools what {@code other} saw, which stays as it is. */
  public void merge(ClassStatistics other) {
    require(other);
    other.seen.forEach((c, moments) -> of(c).merge(moments));
  }

  private void require(ClassStatistics other) {
    if (other.kind != kind || other.classes != classes || other.width != width) {
      throw new IllegalArgumentException("cannot pool statistics of " + other + " with " + this);
    }
  }

  /** Pools the statistics that {@link #write} wrote, from the position of {@code in} on. */
  public void merge(ByteBuffer in) {
    require(header(in));
    double[] mean = new double[width];
    double[] covariance = new double[kind.length(width)];
    for (int rows = in.getInt(); rows > 0; rows--) {
      int c = in.getInt();
      long count = in.getLong();
      read(in, mean);
      read(in, covariance);
      of(c).merge(ClassMoments.of(count, mean, covariance));
    }
  }

  /**
   * Notes what {@code source} knows of the classes that {@code other} saw, unless it is noted
   * already: of a class that {@code source} never saw, that nothing is known.
   */
  public void note(ClassStatistics source, ClassStatistics other) {
    for (int c : other.seen.keySet()) {
      seen.computeIfAbsent(
          c,
          absent ->
              source.seen.containsKey(c)
                  ? source.seen.get(c).copy()
                  : ClassMoments.none(width, kind));
    }
  }

  /**
   * Replaces what is known of the classes of {@code rows}, which are taken over; a class of which
   * nothing is known there is as if never seen.
   */
  public void replace(ClassStatistics rows) {
    rows.seen.forEach(
        (c, moments) -> {
          if (moments.count() > 0) {
            seen.put(c, moments);
          } else {
            seen.remove(c);
          }
        });
  }

  /** Sets what is known of class {@code c}; the arrays are copied. */
  public void set(int c, long count, double[] mean, double[] covariance) {
    if (mean.length != width || covariance.length != kind.length(width)) {
      throw new IllegalArgumentException(
          "class %d must have %d means and %d covariances, has %d and %d"
              .formatted(c, width, kind.length(width), mean.length, covariance.length));
    }
    of(c);
    seen.put(c, ClassMoments.of(count, mean.clone(), covariance.clone()));
  }

  /** The covariances of {@code ofClasses}, which are ascending; zeros for a class never seen. */
  public ClassRows covariances(int[] ofClasses, DataType type) {
    int length = kind.length(width);
    INDArray values = Nd4j.createUninitialized(type, kind.shape(ofClasses.length, width));
    double[] unseen = new double[length];
    for (int i = 0; i < ofClasses.length; i++) {
      ClassMoments moments = seen.get(ofClasses[i]);
      Elements.write(moments == null ? unseen : moments.covariance(), values, (long) i * length);
    }
    return new ClassRows(ofClasses, values);
  }

  /** How many features of class {@code c} were seen. */
  public long count(int c) {
    return seen.containsKey(c) ? seen.get(c).count() : 0;
  }

  /** Mean feature of class {@code c}, a copy; zeros if it was never seen. */
  public double[] mean(int c) {
    return seen.containsKey(c) ? seen.get(c).mean().clone() : new double[width];
  }

  /** Number of classes, seen or not. */
  public int classes() {
    return classes;
  }

  /** Statistics of nothing, of this kind and size. */
  public ClassStatistics emptied() {
    return empty(kind, classes, width);
  }

  /** The classes seen as bytes that {@link #fromBytes} reads. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(length());
    write(out);
    return out.array();
  }

  /**
   * Bytes that {@link #write} writes.
   *
   * @throws LongTailException (CONFIG) if they are more than one message can hold
   */
  public int length() {
    int perClass = Integer.BYTES + Long.BYTES + Double.BYTES * (width + kind.length(width));
    long length = 4L * Integer.BYTES + (long) perClass * seen.size();
    if (length > Integer.MAX_VALUE) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "the statistics of %s need %d bytes, more than one message can hold; use diagonal covariances"
              .formatted(this, length));
    }
    return (int) length;
  }

  /** Writes what {@link #toBytes} returns, without a copy. */
  public void write(ByteBuffer out) {
    out.putInt(kind == Covariance.FULL ? 1 : 0).putInt(classes).putInt(width).putInt(seen.size());
    for (Map.Entry<Integer, ClassMoments> entry : seen.entrySet()) {
      out.putInt(entry.getKey()).putLong(entry.getValue().count());
      put(out, entry.getValue().mean());
      put(out, entry.getValue().covariance());
    }
  }

  /** Reads what {@link #toBytes} wrote. */
  public static ClassStatistics fromBytes(byte[] bytes) {
    return from(ByteBuffer.wrap(bytes));
  }

  /** Reads what {@link #toBytes} wrote, from the position of {@code in} on. */
  public static ClassStatistics from(ByteBuffer in) {
    ClassStatistics statistics = header(in);
    int width = statistics.width;
    int length = statistics.kind.length(width);
    for (int rows = in.getInt(); rows > 0; rows--) {
      int c = in.getInt();
      long count = in.getLong();
      double[] mean = read(in, new double[width]);
      statistics.seen.put(c, ClassMoments.of(count, mean, read(in, new double[length])));
    }
    return statistics;
  }

  /** Statistics of nothing, of the kind and size of those that follow. */
  private static ClassStatistics header(ByteBuffer in) {
    return empty(
        in.getInt() == 1 ? Covariance.FULL : Covariance.DIAGONAL, in.getInt(), in.getInt());
  }

  private static void put(ByteBuffer out, double[] values) {
    out.asDoubleBuffer().put(values);
    out.position(out.position() + Double.BYTES * values.length);
  }

  private static double[] read(ByteBuffer in, double[] values) {
    in.asDoubleBuffer().get(values);
    in.position(in.position() + Double.BYTES * values.length);
    return values;
  }

  /** Summary for messages, such as {@code 100 classes of 64 features, full}. */
  @Override
  public String toString() {
    return classes + " classes of " + width + " features, " + kind;
  }
}
