package longtail.nn.layer;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * One of the two ends of a {@code Bilateral} backbone. The features are those of both, the
 * conventional ones first.
 */
public enum Branch {
  /** Learns from the images as they are distributed. */
  CONVENTIONAL("cb_block"),
  /** Learns from images that a re-balancing sampler draws. */
  REBALANCING("rb_block");

  private final String block;

  Branch(String block) {
    this.block = block;
  }

  /** Name of its residual block, as in the paper's checkpoints. */
  public String block() {
    return block;
  }

  /** Name of the vertex that pools its feature map. */
  public String pool() {
    return block + ".pool";
  }

  /** Whether {@code vertex} belongs to it. */
  public boolean owns(String vertex) {
    return vertex.equals(block) || vertex.startsWith(block + ".");
  }

  /** The other one. */
  public Branch other() {
    return this == CONVENTIONAL ? REBALANCING : CONVENTIONAL;
  }

  /** Its part of {@code features}, {@code [batch, 2 width]}: a view, {@code [batch, width]}. */
  public INDArray of(INDArray features) {
    long width = features.size(1) / 2;
    long from = this == CONVENTIONAL ? 0 : width;
    return features.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + width));
  }
}
