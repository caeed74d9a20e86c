package longtail.loss;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Negative cosine similarity with a stop-gradient (Chen and He, "Exploring Simple Siamese
 * Representation Learning", 2021): {@code -<p, z> / (|p| |z|)}, mean over the batch, where nothing
 * flows back to {@code z}. A norm below 1e-8 counts as 1e-8, and as a constant.
 *
 * <p>It keeps a buffer for its gradient, so each thread has its own.
 */
public final class NegativeCosine {
  private static final double SMALLEST_NORM = 1e-8;

  private final GradientBuffer gradient = new GradientBuffer();

  /**
   * The loss of a batch.
   *
   * @param value in [-1, 1]
   * @param gradPredictions its gradient, {@code [batch, width]}; valid until the next call
   */
  public record Value(double value, INDArray gradPredictions) {}

  /**
   * Computes the loss and its gradient; the gradient at the targets is zero.
   *
   * @param predictions {@code p}, {@code [batch, width]}, float32 or float64
   * @param targets {@code z}, of the same shape
   */
  public Value evaluate(INDArray predictions, INDArray targets) {
    if (!Arrays.equals(predictions.shape(), targets.shape())) {
      throw new IllegalArgumentException(
          "predictions and targets must have one shape, had %s and %s"
              .formatted(Arrays.toString(predictions.shape()), Arrays.toString(targets.shape())));
    }
    int batch = Math.toIntExact(predictions.size(0));
    double[] p = new double[Math.toIntExact(predictions.size(1))];
    double[] z = new double[p.length];
    Rows from = Rows.of(predictions);
    Rows towards = Rows.of(targets);
    Rows to = gradient.rowsLike(predictions);
    double sum = 0;
    for (int i = 0; i < batch; i++) {
      from.read(i, p);
      towards.read(i, z);
      sum += cosine(p, z);
      to.write(i, p, -1.0 / batch);
    }
    return new Value(-sum / batch, gradient.written());
  }

  /** The cosine of {@code p} and {@code z}; its gradient with respect to {@code p} replaces p. */
  private static double cosine(double[] p, double[] z) {
    double length = Math.sqrt(product(p, p));
    double norm = Math.max(length, SMALLEST_NORM);
    double normOfTarget = Math.max(Math.sqrt(product(z, z)), SMALLEST_NORM);
    double cosine = product(p, z) / norm / normOfTarget;
    double radial = length < SMALLEST_NORM ? 0 : cosine / norm;
    for (int d = 0; d < p.length; d++) {
      p[d] = z[d] / normOfTarget / norm - radial * (p[d] / norm);
    }
    return cosine;
  }

  private static double product(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }
}
