package longtail.optim;

import java.util.List;
import longtail.nn.kernel.KernelMemory;
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

  /** Scales the parts {@code spans} of {@code gradients}, of {@code memory}, in place. */
  void apply(KernelMemory memory, INDArray gradients, List<Span> spans) {
    long[] bounds = Span.bounds(spans);
    double factor = limit / (Math.sqrt(memory.sumOfSquares(gradients, bounds)) + GUARD);
    // Not "factor < 1": a norm that is not a number must reach the parameters and be noticed.
    if (!(factor >= 1)) {
      memory.scale(gradients, factor, bounds);
    }
  }
}
