package longtail.optim;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Shortens gradients that are longer than a limit, in PyTorch's form: {@code g *= min(1, limit /
 * (|g| + 1e-6))} with the Euclidean norm over all trained parameters together, before weight decay
 * is added.
 *
 * @param limit of the norm, positive
 */
record GradientClip(double limit) {
  private static final double GUARD = 1e-6;

  /**
   * Scales the parts {@code spans} of {@code gradients}, float32 or float64 and contiguous, in
   * place.
   */
  void apply(INDArray gradients, List<Span> spans) {
    FlatVectors vectors = FlatVectors.of(gradients, gradients);
    double[] squares = new double[1];
    vectors.update(
        spans,
        (chunk, n) -> squares[0] += squares(chunk[0], n),
        (chunk, n) -> squares[0] += squares(chunk[0], n));
    double factor = limit / (Math.sqrt(squares[0]) + GUARD);
    // Not "factor < 1": a norm that is not a number must reach the parameters and be noticed.
    if (!(factor >= 1)) {
      vectors.update(
          spans,
          (chunk, n) -> scale(chunk[0], n, (float) factor),
          (chunk, n) -> scale(chunk[0], n, factor));
    }
  }

  /** In float64 and in four sums, which the processor works on at once. */
  private static double squares(float[] g, int n) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      a += (double) g[i] * g[i];
      b += (double) g[i + 1] * g[i + 1];
      c += (double) g[i + 2] * g[i + 2];
      d += (double) g[i + 3] * g[i + 3];
    }
    for (; i < n; i++) {
      a += (double) g[i] * g[i];
    }
    return (a + b) + (c + d);
  }

  private static double squares(double[] g, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += g[i] * g[i];
    }
    return sum;
  }

  private static void scale(float[] g, int n, float factor) {
    for (int i = 0; i < n; i++) {
      g[i] *= factor;
    }
  }

  private static void scale(double[] g, int n, double factor) {
    for (int i = 0; i < n; i++) {
      g[i] *= factor;
    }
  }
}
