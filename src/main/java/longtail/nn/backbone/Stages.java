package longtail.nn.backbone;

import java.util.ArrayList;
import java.util.List;
import longtail.nn.layer.Branch;
import longtail.nn.layer.ConvolutionWeights;

/**
 * A residual network as data: a stem, then stages of blocks of equal width.
 *
 * @param stem what the images meet first
 * @param block what the stages consist of
 * @param stages the stages in order
 * @param shortcut how blocks pass a change of shape
 * @param weights how the convolutions start
 * @param attention what looks at the last feature map
 * @param projection features that a rectified linear layer makes of the pooled ones, 0 for no layer
 * @param ends how often the last block exists
 */
public record Stages(
    Stem stem,
    Block block,
    List<Stage> stages,
    Shortcut shortcut,
    ConvolutionWeights weights,
    Attention attention,
    int projection,
    Ends ends) {
  /** Channels of the widest first stage; the numbers of further ones fit into an int. */
  static final int WIDEST = 1 << 16;

  /** Stages with nothing between them and the features. */
  public Stages(
      Stem stem, Block block, List<Stage> stages, Shortcut shortcut, ConvolutionWeights weights) {
    this(stem, block, stages, shortcut, weights, Attention.NONE, 0, Ends.ONE);
  }

  /** These stages with an end of their own. */
  public Stages endingIn(Attention attention, int projection) {
    return new Stages(stem, block, stages, shortcut, weights, attention, projection, ends);
  }

  /**
   * These stages with two branches, see {@link Bilateral}.
   *
   * @throws IllegalArgumentException if the features are not those of the last block, pooled
   */
  Stages bilateral() {
    if (ends != Ends.ONE || attention != Attention.NONE || projection > 0) {
      throw new IllegalArgumentException(
          "trunk must have no branches, attention and projection of its own, had %s, %s and %d"
              .formatted(ends, attention, projection));
    }
    return new Stages(
        stem, block, stages, shortcut, weights, attention, projection, Ends.BILATERAL);
  }

  /** How often the last block exists. */
  public enum Ends {
    /** Once. */
    ONE,
    /** Once for each {@link Branch}. */
    BILATERAL
  }

  /** The first layers. */
  public enum Stem {
    /** A 3x3 convolution, for images of about 32 x 32 pixels. */
    SMALL,
    /** A 7x7 convolution of stride 2 and a 3x3 maximum of stride 2: a quarter of the size. */
    LARGE
  }

  /** What a residual block computes beside its shortcut. */
  public enum Block {
    /** Two 3x3 convolutions, the first with the stride. */
    BASIC(1),
    /**
     * A 1x1 convolution to the inner channels, a 3x3 one with the stride and the groups, and a 1x1
     * one to four times the width.
     */
    BOTTLENECK(4);

    private final int expansion;

    Block(int expansion) {
      this.expansion = expansion;
    }

    /** Output channels per unit of width. */
    public int expansion() {
      return expansion;
    }
  }

  /**
   * Blocks of one width.
   *
   * @param blocks number of blocks
   * @param width channels of a basic block; a quarter of the output channels of a bottleneck
   * @param stride stride of the first block
   * @param inner channels of the 3x3 convolution
   * @param firstDilation dilation of the 3x3 convolution of the first bottleneck
   * @param dilation dilation of the 3x3 convolutions of the further bottlenecks
   * @param groups groups of the 3x3 convolution of a bottleneck
   */
  public record Stage(
      int blocks, int width, int stride, int inner, int firstDilation, int dilation, int groups) {}

  /** The networks of the CIFAR papers: three stages, doubling widths, halving sizes. */
  static Stages cifar(int blocks, int width, Shortcut shortcut) {
    return new Stages(
        Stem.SMALL,
        Block.BASIC,
        doubling(List.of(blocks, blocks, blocks), width, width, 1, List.of(1, 1, 1)),
        shortcut,
        ConvolutionWeights.FAN_IN);
  }

  /**
   * Networks of four stages with projections as shortcuts.
   *
   * @param depth a depth of {@link Depth}
   * @param inner channels of the 3x3 convolutions of the first stage, whose width is 64
   * @param groups their groups
   */
  static Stages fourStages(
      Stem stem, Depth depth, int inner, int groups, ConvolutionWeights weights) {
    return fourStages(stem, depth, inner, groups, weights, List.of(1, 1, 1, 1));
  }

  /**
   * As {@link #fourStages(Stem, Depth, int, int, ConvolutionWeights)}, with the dilation of each
   * stage: where it grows from one stage to the next, it takes the place of the stride.
   */
  static Stages fourStages(
      Stem stem,
      Depth depth,
      int inner,
      int groups,
      ConvolutionWeights weights,
      List<Integer> dilations) {
    return new Stages(
        stem,
        depth.block(),
        doubling(depth.blocks(), 64, inner, groups, dilations),
        Shortcut.B,
        weights);
  }

  private static List<Stage> doubling(
      List<Integer> blocks, int width, int inner, int groups, List<Integer> dilations) {
    List<Stage> stages = new ArrayList<>();
    int before = 1;
    for (int s = 0; s < blocks.size(); s++) {
      int dilation = dilations.get(s);
      int stride = s == 0 || dilation > before ? 1 : 2;
      stages.add(
          new Stage(blocks.get(s), width << s, stride, inner << s, before, dilation, groups));
      before = dilation;
    }
    return stages;
  }

  /** Channels of the stem. */
  public int stemWidth() {
    return stages.get(0).width();
  }

  /** Output channels of a stage. */
  public int outputs(Stage stage) {
    return stage.width() * block.expansion();
  }

  /** Number of features that the network gives. */
  public int features() {
    if (ends == Ends.BILATERAL) {
      return 2 * channels();
    }
    return projection > 0 ? projection : channels();
  }

  /** Channels of the last feature map. */
  public int channels() {
    return outputs(stages.get(stages.size() - 1));
  }
}
