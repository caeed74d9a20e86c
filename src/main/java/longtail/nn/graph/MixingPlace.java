package longtail.nn.graph;

/** A place in a network where the samples of a batch can be mixed. */
public enum MixingPlace {
  /** The output of the first stage of residual blocks. */
  LAYER1,
  /** The output of the second stage. */
  LAYER2,
  /** The output of the third stage. */
  LAYER3,
  /** The output of the fourth stage, where there is one. */
  LAYER4,
  /** The features: the input of the classifier. */
  POOL,
  /** The logits. */
  FC
}
