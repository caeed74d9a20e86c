package longtail.nn;

import java.util.List;

/**
 * A residual network of basic blocks as data: a 3x3 stem, then stages of equal width.
 *
 * @param stem channels of the stem
 * @param stages the stages in order
 * @param shortcut how blocks pass a change of shape
 */
public record Stages(int stem, List<Stage> stages, Shortcut shortcut) {
  /**
   * Blocks of one width.
   *
   * @param blocks number of basic blocks
   * @param width channels of their convolutions
   * @param stride stride of the first convolution of the first block
   */
  public record Stage(int blocks, int width, int stride) {}

  /** The networks of the CIFAR papers: three stages, doubling widths, halving sizes. */
  static Stages cifar(int blocks, int width, Shortcut shortcut) {
    return new Stages(
        width,
        List.of(
            new Stage(blocks, width, 1),
            new Stage(blocks, 2 * width, 2),
            new Stage(blocks, 4 * width, 2)),
        shortcut);
  }

  /** Number of features that the network gives. */
  public int features() {
    return stages.get(stages.size() - 1).width();
  }
}
