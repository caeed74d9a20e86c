package longtail.statistics;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Matrix products into arrays in C order: {@code into = factor a b + kept into}. BLAS writes
 * columns first, so it computes the transposed product.
 */
final class Products {
  private Products() {}

  /** {@code a b}. */
  static void plain(INDArray a, INDArray b, INDArray into, double factor, double kept) {
    Nd4j.gemm(b, a, into.transpose(), true, true, factor, kept);
  }

  /** {@code a' b}. */
  static void firstTransposed(INDArray a, INDArray b, INDArray into, double factor, double kept) {
    Nd4j.gemm(b, a, into.transpose(), true, false, factor, kept);
  }

  /** {@code a b'}. */
  static void secondTransposed(INDArray a, INDArray b, INDArray into, double factor, double kept) {
    Nd4j.gemm(b, a, into.transpose(), false, true, factor, kept);
  }
}
