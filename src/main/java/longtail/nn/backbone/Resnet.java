package longtail.nn.backbone;

import java.util.List;
import longtail.config.Default;
import longtail.nn.layer.ConvolutionWeights;

/**
 * A residual network for images of about 224 x 224 pixels: a 7x7 stem with a maximum, four stages
 * of 64 to 512 channels, the stride of bottlenecks in their 3x3 convolution, projections as
 * shortcuts.
 *
 * @param depth 10, 18, 34, 50, 101 or 152 weighted layers
 * @param weights how the convolutions start
 * @param outputStride pixels per position of the last feature map: 32, or 16 or 8 with dilated
 *     bottlenecks in place of the last strides
 * @param attention what looks at the last feature map
 * @param projection features that a rectified linear layer makes of the pooled ones, 0 for no layer
 */
public record Resnet(
    @Default("50") int depth,
    @Default("fan-out") ConvolutionWeights weights,
    @Default("32") int outputStride,
    @Default("none") Attention attention,
    @Default("0") int projection)
    implements Backbone {
  /** Checks {@code depth} and {@code outputStride}. */
  public Resnet {
    if (outputStride != 32 && Depth.of(depth).block() == Stages.Block.BASIC) {
      throw new IllegalArgumentException(
          "output-stride must be 32 for depth %d, was %d".formatted(depth, outputStride));
    }
    dilations(outputStride);
    Attention.checkProjection(projection);
  }

  /** The network without dilation. */
  public Resnet(int depth, ConvolutionWeights weights) {
    this(depth, weights, 32);
  }

  /** The network without attention. */
  public Resnet(int depth, ConvolutionWeights weights, int outputStride) {
    this(depth, weights, outputStride, Attention.NONE, 0);
  }

  private static List<Integer> dilations(int outputStride) {
    return switch (outputStride) {
      case 32 -> List.of(1, 1, 1, 1);
      case 16 -> List.of(1, 1, 1, 2);
      case 8 -> List.of(1, 1, 2, 4);
      default ->
          throw new IllegalArgumentException(
              "output-stride must be 32, 16 or 8, was " + outputStride);
    };
  }

  /** The network of {@code depth} layers with its usual start. */
  public static Resnet ofDepth(int depth) {
    return new Resnet(depth, ConvolutionWeights.FAN_OUT);
  }

  @Override
  public Stages stages() {
    return Stages.fourStages(
            Stages.Stem.LARGE, Depth.of(depth), 64, 1, weights, dilations(outputStride))
        .endingIn(attention, projection);
  }
}
