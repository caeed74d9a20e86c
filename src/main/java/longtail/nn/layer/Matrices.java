package longtail.nn.layer;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;

/** Operations on matrices, into arrays that the caller owns. */
public final class Matrices {
  private Matrices() {}

  /** {@code c = a b}; {@code a} and {@code b} may be transposed views, {@code c} is in C order. */
  public static void product(INDArray a, INDArray b, INDArray c) {
    product(a, b, c, 0);
  }

  /** {@code c += a b}. */
  public static void addProduct(INDArray a, INDArray b, INDArray c) {
    product(a, b, c, 1);
  }

  /** BLAS writes columns first, so the product is transposed. */
  private static void product(INDArray a, INDArray b, INDArray c, double kept) {
    Nd4j.gemm(b.transpose(), a.transpose(), c.transpose(), false, false, 1, kept);
  }

  /** The vector as a matrix of one column. */
  public static INDArray column(INDArray vector) {
    return vector.reshape('c', vector.length(), 1);
  }

  /** Replaces every row by its softmax. */
  public static void softmax(INDArray rows) {
    Nd4j.exec(new SoftMax(rows, rows, 1));
  }

  /**
   * Replaces derivatives by those on the other side of {@link #softmax}, {@code p_j (g_j - sum_k
   * p_k g_k)} for every row; the Jacobian is symmetric, so this serves gradients and tangents.
   */
  public static void throughSoftmax(INDArray probabilities, INDArray derivatives) {
    derivatives.muli(probabilities);
    INDArray sums = column(derivatives.sum(1));
    derivatives.subi(probabilities.mul(sums.broadcast(derivatives.shape())));
  }
}
