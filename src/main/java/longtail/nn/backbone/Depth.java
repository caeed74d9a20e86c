package longtail.nn.backbone;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import longtail.nn.backbone.Stages.Block;

/**
 * A depth of residual networks of four stages.
 *
 * @param block what the stages consist of
 * @param blocks blocks per stage
 */
record Depth(Block block, List<Integer> blocks) {
  private static final Map<Integer, Depth> BY_LAYERS =
      new TreeMap<>(
          Map.of(
              10, new Depth(Block.BASIC, List.of(1, 1, 1, 1)),
              18, new Depth(Block.BASIC, List.of(2, 2, 2, 2)),
              34, new Depth(Block.BASIC, List.of(3, 4, 6, 3)),
              50, new Depth(Block.BOTTLENECK, List.of(3, 4, 6, 3)),
              101, new Depth(Block.BOTTLENECK, List.of(3, 4, 23, 3)),
              152, new Depth(Block.BOTTLENECK, List.of(3, 8, 36, 3))));

  /**
   * The depth of {@code layers} weighted layers.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Depth of(int layers) {
    Depth depth = BY_LAYERS.get(layers);
    if (depth == null) {
      throw new IllegalArgumentException(
          "depth must be one of %s, was %d".formatted(BY_LAYERS.keySet(), layers));
    }
    return depth;
  }
}
