package longtail.nn;

/**
 * Which feature maps a training pass drops and computes again when its backward computation reads
 * them (activation checkpointing; Chen et al., "Training Deep Nets with Sublinear Memory Cost",
 * 2016): less memory for more time, and the same bits.
 */
public enum Recomputation {
  /** None: every map that the backward pass reads is kept. */
  NONE,
  /** Outputs of batch normalisations, whose inputs are kept anyway. */
  NORMALIZATION,
  /** All inside of residual blocks but the last one, and normalisations elsewhere. */
  BLOCKS
}
