package longtail.golden;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A few numbers that stand for a large tensor. */
public final class TensorDigests {
  private TensorDigests() {}

  /** Sum, sum of absolutes, sum of squares, a sum with given weights, first and last number. */
  public static double[] of(double[] x) {
    double[] row = {0, 0, 0, 0, x[0], x[x.length - 1]};
    for (int i = 0; i < x.length; i++) {
      row[0] += x[i];
      row[1] += Math.abs(x[i]);
      row[2] += x[i] * x[i];
      row[3] += x[i] * GoldenNetworks.splitMix(7777, i);
    }
    return row;
  }

  /** The digests of {@code tensors}, one after the other. */
  public static double[] rows(List<double[]> tensors) {
    return tensors.stream().flatMapToDouble(t -> Arrays.stream(of(t))).toArray();
  }

  /** The numbers of {@code array} in the order of its indices. */
  public static double[] values(INDArray array) {
    return array.dup('c').data().asDouble();
  }
}
