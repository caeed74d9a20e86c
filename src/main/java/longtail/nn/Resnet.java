package longtail.nn;

import longtail.config.Default;

/**
 * A residual network for images of about 224 x 224 pixels: a 7x7 stem with a maximum, four stages
 * of 64 to 512 channels, the stride of bottlenecks in their 3x3 convolution, projections as
 * shortcuts.
 *
 * @param depth 10, 18, 34, 50, 101 or 152 weighted layers
 * @param weights how the convolutions start
 */
public record Resnet(@Default("50") int depth, @Default("fan-out") ConvolutionWeights weights)
    implements Backbone {
  /** Checks {@code depth}. */
  public Resnet {
    Depth.of(depth);
  }

  /** The network of {@code depth} layers with its usual start. */
  public static Resnet ofDepth(int depth) {
    return new Resnet(depth, ConvolutionWeights.FAN_OUT);
  }

  @Override
  public Stages stages() {
    return Stages.fourStages(Stages.Stem.LARGE, Depth.of(depth), 64, 1, weights);
  }
}
