package longtail.nn.head;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The products {@code z_ic = s a(|x_i|) b(|w_c|) <x_i, w_c>} of features and the rows of a weight,
 * with norm factors {@code a} and {@code b}. With {@code k} the slope of a factor the gradients are
 *
 * <pre>
 *   dL/dx_i = sum_c g_ic s a b w_c + k_a(|x_i|) x_i sum_c g_ic z_ic
 *   dL/dw_c = sum_i g_ic s a b x_i + k_b(|w_c|) w_c sum_i g_ic z_ic
 * </pre>
 *
 * so nothing of the size of the weight is made.
 */
final class NormalizedProduct implements AutoCloseable {
  private final DataType type;
  private final double scale;
  private final NormFactor ofFeatures;
  private final NormFactor ofRows;
  private final double power;
  private final INDArray product;
  private final INDArray scaled;

  /**
   * Products of fixed shape.
   *
   * @param shape of the products, {@code [batch, classes]}
   * @param power parameter of {@link NormFactor#POWER}
   */
  NormalizedProduct(
      DataType type,
      long[] shape,
      double scale,
      NormFactor ofFeatures,
      NormFactor ofRows,
      double power) {
    this.type = type;
    this.scale = scale;
    this.ofFeatures = ofFeatures;
    this.ofRows = ofRows;
    this.power = power;
    product = Nd4j.createUninitializedDetached(type, shape);
    scaled = Nd4j.createUninitializedDetached(type, shape);
  }

  static INDArray vector(DataType type, double... values) {
    return Nd4j.createFromArray(values).castTo(type);
  }

  private static INDArray column(INDArray vector) {
    return vector.reshape('c', vector.length(), 1);
  }

  /** Factors or slopes of the rows of a matrix. */
  private INDArray factors(NormFactor kind, INDArray matrix, double times) {
    double[] norms = matrix.norm2(1).toDoubleVector();
    for (int i = 0; i < norms.length; i++) {
      norms[i] = times * kind.of(norms[i], power);
    }
    return vector(type, norms);
  }

  private INDArray slopes(NormFactor kind, INDArray matrix, INDArray times) {
    double[] norms = matrix.norm2(1).toDoubleVector();
    double[] weights = times.toDoubleVector();
    for (int i = 0; i < norms.length; i++) {
      norms[i] = weights[i] * kind.slope(norms[i], power);
    }
    return column(vector(type, norms));
  }

  private void scale(INDArray matrix, INDArray x, INDArray weight) {
    matrix.muliColumnVector(column(factors(ofFeatures, x, scale)));
    matrix.muliRowVector(factors(ofRows, weight, 1));
  }

  /** Computes the products into {@code z}, {@code [batch, classes]}, and remembers them. */
  void forward(INDArray x, INDArray weight, INDArray z) {
    Nd4j.gemm(weight, x, z.transpose(), false, true, 1, 0);
    scale(z, x, weight);
    product.assign(z);
  }

  /** The gradients at the arguments of the last forward pass; {@code gradX} may be null. */
  void backward(INDArray x, INDArray weight, INDArray gradZ, INDArray gradX, INDArray gradWeight) {
    product.muli(gradZ);
    scaled.assign(gradZ);
    scale(scaled, x, weight);
    gradWeight.assign(weight).muliColumnVector(slopes(ofRows, weight, product.sum(0)));
    Nd4j.gemm(x, scaled, gradWeight.transpose(), true, false, 1, 1);
    if (gradX != null) {
      gradX.assign(x).muliColumnVector(slopes(ofFeatures, x, product.sum(1)));
      Nd4j.gemm(weight, scaled, gradX.transpose(), true, true, 1, 1);
    }
  }

  /**
   * The derivative of the products while features and weight move, {@code s a b (<dx_i, w_c> +
   * <x_i, dw_c>) + z_ic (k_a <x_i, dx_i> + k_b <w_c, dw_c>)}, after a forward pass.
   *
   * @param tangentX null for zero
   */
  void tangent(
      INDArray x, INDArray tangentX, INDArray weight, INDArray tangentWeight, INDArray tangentZ) {
    Nd4j.gemm(tangentWeight, x, tangentZ.transpose(), false, true, 1, 0);
    if (tangentX != null) {
      Nd4j.gemm(weight, tangentX, tangentZ.transpose(), false, true, 1, 1);
    }
    scale(tangentZ, x, weight);
    INDArray ofWeight = slopes(ofRows, weight, weight.mul(tangentWeight).sum(1));
    tangentZ.addi(scaled.assign(product).muliRowVector(ofWeight.reshape('c', 1, weight.size(0))));
    if (tangentX != null) {
      INDArray ofX = slopes(ofFeatures, x, x.mul(tangentX).sum(1));
      tangentZ.addi(scaled.assign(product).muliColumnVector(ofX));
    }
  }

  @Override
  public void close() {
    if (product.closeable()) {
      product.close();
      scaled.close();
    }
  }
}
