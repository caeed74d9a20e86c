package longtail.nn.head;

import java.util.List;
import longtail.config.Default;

/**
 * Logits as a linear function of the features, {@code z = f Wᵀ + b}.
 *
 * @param weights how the weight starts; the bias starts uniform in {@code ±1/√width}
 */
public record LinearHead(@Default("uniform") HeadWeights weights) implements Head {
  /** The head of the framework default: uniform weights. */
  public static LinearHead standard() {
    return new LinearHead(HeadWeights.UNIFORM);
  }

  @Override
  public List<HeadPart> parts(int width, int classes) {
    return List.of(HeadPart.classifier(new Linear(width, classes, weights)));
  }
}
