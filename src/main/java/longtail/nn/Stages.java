package longtail.nn;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A residual network as data: a stem, then stages of blocks of equal width.
 *
 * @param stem what the images meet first
 * @param block what the stages consist of
 * @param stages the stages in order
 * @param shortcut how blocks pass a change of shape
 * @param weights how the convolutions start
 */
public record Stages(
    Stem stem, Block block, List<Stage> stages, Shortcut shortcut, ConvolutionWeights weights) {
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
   * @param groups groups of the 3x3 convolution of a bottleneck
   */
  public record Stage(int blocks, int width, int stride, int inner, int groups) {}

  /** The networks of the CIFAR papers: three stages, doubling widths, halving sizes. */
  static Stages cifar(int blocks, int width, Shortcut shortcut) {
    return new Stages(
        Stem.SMALL,
        Block.BASIC,
        doubling(List.of(blocks, blocks, blocks), width, width, 1),
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
    return new Stages(
        stem, depth.block(), doubling(depth.blocks(), 64, inner, groups), Shortcut.B, weights);
  }

  private static List<Stage> doubling(List<Integer> blocks, int width, int inner, int groups) {
    return IntStream.range(0, blocks.size())
        .mapToObj(s -> new Stage(blocks.get(s), width << s, s == 0 ? 1 : 2, inner << s, groups))
        .toList();
  }

  /** Channels of the stem. */
  public int stemWidth() {
    return stages.get(0).width();
  }

  /** Output channels of a stage. */
  int outputs(Stage stage) {
    return stage.width() * block.expansion();
  }

  /** Number of features that the network gives. */
  public int features() {
    return outputs(stages.get(stages.size() - 1));
  }
}
