package longtail.nn;

import longtail.config.Default;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;

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
  public FeedForwardLayer layer(int width, int classes) {
    return new Linear(width, classes, weights);
  }
}
