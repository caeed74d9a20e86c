package longtail.nn.head;

import java.util.List;
import longtail.config.Default;

/**
 * The cosine of the features and the row of the class, {@code z_c = scale <f/|f|, w_c/|w_c|>},
 * without a bias: FCNorm of Bag of Tricks, the classifier of LDAM (Cao et al., 2019), whose loss
 * has the scale. Norms below 1e-12 count as 1e-12.
 *
 * @param scale what the cosines are multiplied by, positive; 1 where the loss scales
 */
public record NormalizedHead(@Default("1.0") double scale) implements Head {
  /** Checks {@code scale}. */
  public NormalizedHead {
    checkScale(scale);
  }

  static void checkScale(double scale) {
    if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("scale must be positive and finite, was " + scale);
    }
  }

  @Override
  public List<HeadPart> parts(int width, int classes) {
    return List.of(HeadPart.classifier(NormalizedLinear.cosines(width, classes, scale)));
  }
}
