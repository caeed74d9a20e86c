package longtail.loss;

import java.util.Arrays;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Class-dependent temperatures (Ye et al., "Identifying and Compensating for Feature Deviation in
 * Imbalanced Deep Learning", 2020): cross-entropy of {@code z_k / a_k}, where {@code a_k = (n_max /
 * n_k)^gamma}. Used for training only; predictions take plain logits. A class without images counts
 * as one with a single image.
 *
 * @param gamma finite and not negative; 0 is plain cross-entropy
 */
public record Cdt(@Default("0.2") double gamma) implements Reweighting {

  /** Checks the range. */
  public Cdt {
    Ranges.notNegative("gamma", gamma);
  }

  /** {@code a_k}, at least 1, {@code [classes]}. */
  public double[] temperatures(ClassCounts counts) {
    double largest = Math.max(1, counts.max());
    return Arrays.stream(counts.toArray())
        .mapToDouble(n -> Math.pow(largest / Math.max(1, n), gamma))
        .toArray();
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    double[] temperatures = temperatures(counts);
    return new SamplewiseLoss(
        counts.classes(),
        Reduction.MEAN,
        (logits, label, gradient) -> {
          for (int c = 0; c < logits.length; c++) {
            logits[c] /= temperatures[c];
          }
          double loss = Softmax.crossEntropy(logits, label, gradient);
          for (int c = 0; c < logits.length; c++) {
            gradient[c] /= temperatures[c];
          }
          return loss;
        });
  }

  @Override
  public Loss early() {
    return new CrossEntropy();
  }
}
