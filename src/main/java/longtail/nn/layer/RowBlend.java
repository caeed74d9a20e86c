package longtail.nn.layer;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Convex combinations of the samples of two batches. */
public final class RowBlend {
  /** Elements that are on the heap at once: they stay in the first-level cache. */
  private static final int CHUNK = 2048;

  private RowBlend() {}

  /**
   * Sets {@code to_i = share a_i + (1 - share) b_rows(i)} for every sample {@code i}.
   *
   * @param share weight of {@code a}, in [0, 1]
   * @param a {@code [batch, ...]}, float32 or float64, in C order
   * @param b samples of the same shape and type; may be {@code a}
   * @param rows {@code [batch]}, a sample of {@code b} for each sample
   * @param to of the shape and type of {@code a}, none of the others
   */
  public static void blend(double share, INDArray a, INDArray b, int[] rows, INDArray to) {
    check(a, b, rows, to);
    for (INDArray array : new INDArray[] {a, b, to}) {
      Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
    }
    long length = a.length() / a.size(0);
    if (a.dataType() == DataType.FLOAT) {
      floats((float) share, (float) (1 - share), pointer(a), pointer(b), pointer(to), rows, length);
    } else {
      doubles(share, pointer(a), pointer(b), pointer(to), rows, length);
    }
    Nd4j.getAffinityManager().tagLocation(to, Location.HOST);
  }

  private static void floats(
      float of, float ofOther, Pointer a, Pointer b, Pointer to, int[] rows, long length) {
    FloatPointer one = new FloatPointer(a);
    FloatPointer other = new FloatPointer(b);
    FloatPointer result = new FloatPointer(to);
    float[] x = new float[CHUNK];
    float[] y = new float[CHUNK];
    for (int i = 0; i < rows.length; i++) {
      for (long from = 0; from < length; from += CHUNK) {
        int n = (int) Math.min(CHUNK, length - from);
        one.position(i * length + from).get(x, 0, n);
        other.position(rows[i] * length + from).get(y, 0, n);
        for (int k = 0; k < n; k++) {
          x[k] = of * x[k] + ofOther * y[k];
        }
        result.position(i * length + from).put(x, 0, n);
      }
    }
  }

  private static void doubles(
      double share, Pointer a, Pointer b, Pointer to, int[] rows, long length) {
    DoublePointer one = new DoublePointer(a);
    DoublePointer other = new DoublePointer(b);
    DoublePointer result = new DoublePointer(to);
    double[] x = new double[CHUNK];
    double[] y = new double[CHUNK];
    for (int i = 0; i < rows.length; i++) {
      for (long from = 0; from < length; from += CHUNK) {
        int n = (int) Math.min(CHUNK, length - from);
        one.position(i * length + from).get(x, 0, n);
        other.position(rows[i] * length + from).get(y, 0, n);
        for (int k = 0; k < n; k++) {
          x[k] = share * x[k] + (1 - share) * y[k];
        }
        result.position(i * length + from).put(x, 0, n);
      }
    }
  }

  private static Pointer pointer(INDArray array) {
    return array.data().addressPointer();
  }

  private static void check(INDArray a, INDArray b, int[] rows, INDArray to) {
    for (INDArray array : new INDArray[] {a, b, to}) {
      if (array.dataType() != a.dataType() || !array.dataType().isFPType()) {
        throw new IllegalArgumentException(
            "batches to be mixed must have one type, were %s and %s"
                .formatted(a.dataType(), array.dataType()));
      }
      if (!inOrder(array)) {
        throw new IllegalArgumentException("batches to be mixed must lie in C order without gaps");
      }
    }
    boolean oneShape =
        Arrays.equals(a.shape(), to.shape())
            && Arrays.equals(tail(a.shape()), tail(b.shape()))
            && a.size(0) == rows.length;
    if (!oneShape || Arrays.stream(rows).anyMatch(row -> row < 0 || row >= b.size(0))) {
      throw new IllegalArgumentException(
          "batches to be mixed must have samples of one shape and a partner for each sample, were %s and %s, to %s, with partners %s"
              .formatted(
                  Arrays.toString(a.shape()),
                  Arrays.toString(b.shape()),
                  Arrays.toString(to.shape()),
                  Arrays.toString(rows)));
    }
  }

  /** Whether the elements lie in C order without gaps; extents of 1 have any stride. */
  private static boolean inOrder(INDArray array) {
    long stride = 1;
    for (int d = array.rank() - 1; d >= 0; d--) {
      if (array.size(d) > 1 && array.stride(d) != stride) {
        return false;
      }
      stride *= array.size(d);
    }
    return true;
  }

  private static long[] tail(long[] shape) {
    return Arrays.copyOfRange(shape, 1, shape.length);
  }
}
