package longtail.nn.head;

import java.util.List;
import longtail.config.Default;

/**
 * The cosine classifier of OLTR (Liu et al., 2019) with squashed features, {@code z_c = scale <f /
 * (1 + |f|), w_c / |w_c|>}, without a bias. Short features give flat logits.
 *
 * @param scale what the products are multiplied by, positive
 */
public record CosineHead(@Default("16.0") double scale) implements Head {
  /** Checks {@code scale}. */
  public CosineHead {
    NormalizedHead.checkScale(scale);
  }

  @Override
  public List<HeadPart> parts(int width, int classes) {
    return List.of(HeadPart.classifier(NormalizedLinear.squashed(width, classes, scale)));
  }
}
