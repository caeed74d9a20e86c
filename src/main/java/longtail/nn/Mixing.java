package longtail.nn;

import longtail.nn.graph.MixingPlace;
import longtail.nn.layer.BatchMixing;

/**
 * What a forward pass does to the samples of its batch on the way; the backward pass follows it.
 *
 * @param place whose output is mixed before anything reads it
 * @param map how it is mixed
 */
public record Mixing(MixingPlace place, BatchMixing map) {}
