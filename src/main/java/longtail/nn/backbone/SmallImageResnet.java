package longtail.nn.backbone;

import longtail.config.Default;
import longtail.nn.layer.ConvolutionWeights;

/**
 * A {@link Resnet} for images of about 32 x 32 pixels: a 3x3 stem without maximum, four stages of
 * 64 to 512 channels.
 *
 * @param depth 10, 18, 34, 50, 101 or 152 weighted layers
 * @param weights how the convolutions start
 */
public record SmallImageResnet(
    @Default("18") int depth, @Default("uniform") ConvolutionWeights weights) implements Backbone {
  /** Checks {@code depth}. */
  public SmallImageResnet {
    Depth.of(depth);
  }

  /** The network of {@code depth} layers with its usual start. */
  public static SmallImageResnet ofDepth(int depth) {
    return new SmallImageResnet(depth, ConvolutionWeights.UNIFORM);
  }

  @Override
  public Stages stages() {
    return Stages.fourStages(Stages.Stem.SMALL, Depth.of(depth), 64, 1, weights);
  }
}
