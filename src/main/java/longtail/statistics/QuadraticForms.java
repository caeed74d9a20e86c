package longtail.statistics;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The forms {@code q_cj = (w_j - w_c)' S_c (w_j - w_c)} of classifier weights {@code w}, {@code
 * [classes, width]}, under the covariances {@code S_c} of some classes, with their derivatives.
 *
 * <p>Tables of forms are {@code [rows, classes]}, a row for each class of a {@link ClassRows}. No
 * table of {@code [rows, classes, width]} ever exists. An object keeps its buffers and serves one
 * thread.
 */
public sealed interface QuadraticForms permits FullForms, DiagonalForms {

  /** The forms of covariances of this kind. */
  static QuadraticForms of(Covariance kind) {
    return switch (kind) {
      case FULL -> new FullForms();
      case DIAGONAL -> new DiagonalForms();
    };
  }

  /** The forms {@code q}; {@code q_cc} is 0. */
  INDArray values(ClassRows covariances, INDArray weight);

  /** The derivative of {@link #values} as the weights move along {@code direction}. */
  INDArray tangent(ClassRows covariances, INDArray weight, INDArray direction);

  /**
   * Adds the gradient of {@code sum gradForms q} with respect to the weights to {@code gradWeight}.
   */
  void addWeightGradient(
      ClassRows covariances, INDArray weight, INDArray gradForms, INDArray gradWeight);

  /**
   * The gradient of {@code sum gradForms q} with respect to the covariances of {@code classes}:
   * {@code sum_j gradForms_cj (w_j - w_c)(w_j - w_c)'}, which does not depend on them.
   */
  ClassRows covarianceGradient(int[] classes, INDArray weight, INDArray gradForms);

  /**
   * The derivative of {@link #covarianceGradient} as the weights move along {@code direction} and
   * {@code gradForms} along {@code tangentForms}.
   */
  ClassRows covarianceGradientTangent(
      int[] classes,
      INDArray weight,
      INDArray direction,
      INDArray gradForms,
      INDArray tangentForms);
}
