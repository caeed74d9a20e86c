package longtail.nn;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How fast the outputs of a network change while its parameters move along a direction. The arrays
 * belong to the network and are valid until its next forward pass or tangent.
 *
 * @param features derivative of the features, {@code [batch, width]}
 * @param logits derivative of the logits, {@code [batch, classes]}
 */
public record Tangent(INDArray features, INDArray logits) {}
