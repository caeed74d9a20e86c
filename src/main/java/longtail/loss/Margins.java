package longtail.loss;

import java.util.Arrays;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/** Margins by which the logit of the true class must win, larger for rarer classes. */
public final class Margins {
  private Margins() {}

  /**
   * {@code m_c = largest * (n_c / n_min)^(-1/4)}, where {@code n_min} is the count of the rarest
   * class that has images (Cao et al., "Learning Imbalanced Datasets with Label-Distribution-Aware
   * Margin Loss", 2019). A class without images has margin 0.
   *
   * @param largest margin of the rarest class, finite and not negative, in units of the logits
   * @return {@code [classes]}
   */
  public static double[] ldam(ClassCounts counts, double largest) {
    Ranges.notNegative("the largest margin", largest);
    double rarest = ClassWeights.rarest(counts);
    return Arrays.stream(counts.toArray())
        .mapToDouble(n -> n == 0 ? 0 : largest * Math.pow(rarest / n, 0.25))
        .toArray();
  }
}
