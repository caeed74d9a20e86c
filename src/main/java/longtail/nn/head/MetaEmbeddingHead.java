package longtail.nn.head;

import java.util.List;
import longtail.config.Default;

/**
 * The classifier of OLTR (Liu et al., "Large-Scale Long-Tailed Recognition in an Open World", 2019)
 * with a memory of one centroid {@code M_c} per class; see {@link PreparedMetaEmbedding} for the
 * formulas.
 *
 * @param scale what the cosines are multiplied by, positive
 * @param reach distance of a feature to its nearest centroid at which it counts as it is, positive;
 *     nearer ones count more
 * @param memory whether the centroids learn
 */
public record MetaEmbeddingHead(
    @Default("16.0") double scale, @Default("10.0") double reach, @Default("learnt") Memory memory)
    implements Head {
  /**
   * What becomes of the centroids, which start from a standard normal distribution, or from class
   * means where a stage says {@code reinitialize: centroids}.
   */
  public enum Memory {
    /** They learn with the other parameters. */
    LEARNT,
    /**
     * They stay as they are, unless the method {@code discriminative-centroids} moves them as its
     * own; no gradient of the logits reaches them.
     */
    FIXED
  }

  /** Checks {@code scale} and {@code reach}. */
  public MetaEmbeddingHead {
    NormalizedHead.checkScale(scale);
    if (!(reach > 0 && reach < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("reach must be positive and finite, was " + reach);
    }
  }

  @Override
  public List<HeadPart> parts(int width, int classes) {
    return List.of(HeadPart.classifier(new MetaEmbedded(width, classes, this)));
  }
}
