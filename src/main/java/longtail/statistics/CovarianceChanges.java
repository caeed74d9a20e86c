package longtail.statistics;

import java.nio.ByteBuffer;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What was learned about the covariances of classes beside their statistics: a sum of changes, in
 * float64, of the classes that were ever changed.
 */
public final class CovarianceChanges {
  private static final double[] NONE = {};

  private final TreeMap<Integer, double[]> sums = new TreeMap<>();

  /** No changes. */
  public static CovarianceChanges none() {
    return new CovarianceChanges();
  }

  /** Adds {@code factor} times {@code rows}. */
  public void add(ClassRows rows, double factor) {
    double[] elements = Elements.of(rows.values());
    int length = elements.length / rows.classes().length;
    for (int i = 0; i < rows.classes().length; i++) {
      add(rows.classes()[i], elements, i * length, length, factor);
    }
  }

  /**
   * Adds {@code factor} times the changes that {@link #write} wrote, from the position of {@code
   * in} on.
   */
  public void add(ByteBuffer in, double factor) {
    int rows = in.getInt();
    double[] change = new double[in.getInt()];
    for (int i = 0; i < rows; i++) {
      int c = in.getInt();
      add(c, read(in, change), 0, change.length, factor);
    }
  }

  /**
   * Notes the changes that {@code source} holds of {@code classes}, unless they are noted already.
   */
  public void note(CovarianceChanges source, int... classes) {
    for (int c : classes) {
      sums.computeIfAbsent(c, absent -> source.sums.getOrDefault(c, NONE).clone());
    }
  }

  /** Replaces the changes of the classes of {@code rows}, which are taken over. */
  public void replace(CovarianceChanges rows) {
    rows.sums.forEach(
        (c, change) -> {
          if (change.length > 0) {
            sums.put(c, change);
          } else {
            sums.remove(c);
          }
        });
  }

  private void add(int c, double[] addend, int from, int length, double factor) {
    double[] sum = sums.computeIfAbsent(c, absent -> new double[length]);
    for (int a = 0; a < length; a++) {
      sum[a] += factor * addend[from + a];
    }
  }

  /** {@code rows} with the changes of their classes. */
  public ClassRows applied(ClassRows rows) {
    if (sums.isEmpty()) {
      return rows;
    }
    INDArray changed = rows.values().dup('c');
    for (int i = 0; i < rows.classes().length; i++) {
      double[] change = sums.get(rows.classes()[i]);
      if (change != null) {
        INDArray row = changed.slice(i);
        row.addi(Nd4j.createFromArray(change).reshape('c', row.shape()).castTo(changed.dataType()));
      }
    }
    return new ClassRows(rows.classes(), changed);
  }

  /** The changes as bytes that {@link #from} reads. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(length());
    write(out);
    return out.array();
  }

  /** Bytes that {@link #write} writes. */
  public int length() {
    return 2 * Integer.BYTES + sums.size() * (Integer.BYTES + Double.BYTES * perClass());
  }

  private int perClass() {
    return sums.isEmpty() ? 0 : sums.firstEntry().getValue().length;
  }

  /** Writes what {@link #toBytes} returns, without a copy. */
  public void write(ByteBuffer out) {
    int length = perClass();
    out.putInt(sums.size()).putInt(length);
    sums.forEach(
        (c, change) -> {
          out.putInt(c).asDoubleBuffer().put(change);
          out.position(out.position() + Double.BYTES * length);
        });
  }

  /** Reads what {@link #toBytes} wrote, from the position of {@code in} on. */
  public static CovarianceChanges from(ByteBuffer in) {
    CovarianceChanges changes = none();
    int rows = in.getInt();
    int length = in.getInt();
    for (int i = 0; i < rows; i++) {
      int c = in.getInt();
      changes.sums.put(c, read(in, new double[length]));
    }
    return changes;
  }

  private static double[] read(ByteBuffer in, double[] change) {
    in.asDoubleBuffer().get(change);
    in.position(in.position() + Double.BYTES * change.length);
    return change;
  }
}
