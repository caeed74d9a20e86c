package longtail.nn;

import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;

/** Families of classifiers on top of the features. */
public sealed interface Head permits LinearHead {
  /** The layer that maps {@code width} features to {@code classes} logits. */
  FeedForwardLayer layer(int width, int classes);
}
