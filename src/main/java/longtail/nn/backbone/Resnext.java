package longtail.nn.backbone;

import longtail.config.Default;
import longtail.nn.layer.ConvolutionWeights;

/**
 * A {@link Resnet} of bottlenecks whose 3x3 convolutions have groups: 32x4d by default.
 *
 * @param depth 50, 101 or 152 weighted layers
 * @param groups number of groups
 * @param groupWidth channels per group in the first stage, doubled by each further one
 * @param weights how the convolutions start
 * @param attention what looks at the last feature map
 * @param projection features that a rectified linear layer makes of the pooled ones, 0 for no layer
 */
public record Resnext(
    @Default("50") int depth,
    @Default("32") int groups,
    @Default("4") int groupWidth,
    @Default("fan-out") ConvolutionWeights weights,
    @Default("none") Attention attention,
    @Default("0") int projection)
    implements Backbone {
  /** Checks {@code depth} and that groups and widths are positive. */
  public Resnext {
    if (Depth.of(depth).block() != Stages.Block.BOTTLENECK) {
      throw new IllegalArgumentException("depth must be one of 50, 101, 152, was " + depth);
    }
    if (groups < 1 || groupWidth < 1) {
      throw new IllegalArgumentException(
          "groups and group-width must be positive, were %d and %d".formatted(groups, groupWidth));
    }
    if ((long) groups * groupWidth > Stages.WIDEST) {
      throw new IllegalArgumentException(
          "groups times group-width must be at most %d, were %d and %d"
              .formatted(Stages.WIDEST, groups, groupWidth));
    }
    Attention.checkProjection(projection);
  }

  /** The network without attention. */
  public Resnext(int depth, int groups, int groupWidth, ConvolutionWeights weights) {
    this(depth, groups, groupWidth, weights, Attention.NONE, 0);
  }

  /** The 32x4d network of {@code depth} layers. */
  public static Resnext ofDepth(int depth) {
    return new Resnext(depth, 32, 4, ConvolutionWeights.FAN_OUT);
  }

  @Override
  public Stages stages() {
    return Stages.fourStages(
            Stages.Stem.LARGE, Depth.of(depth), groups * groupWidth, groups, weights)
        .endingIn(attention, projection);
  }
}
