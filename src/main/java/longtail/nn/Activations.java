package longtail.nn;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a network says about a batch; both arrays belong to the network and are valid until its next
 * forward pass.
 *
 * @param features input of the classifier, {@code [batch, width]}
 * @param logits output of the classifier, {@code [batch, classes]}
 */
public record Activations(INDArray features, INDArray logits) {}
