package longtail.nn;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a network says about a batch; the arrays belong to the network and are valid until its next
 * forward pass.
 *
 * @param features input of the classifier, {@code [batch, width]}
 * @param logits output of the classifier, {@code [batch, classes]}
 * @param auxiliary outputs of the head's other layers by name, {@code [batch, outputs]}; none for
 *     most heads
 */
public record Activations(INDArray features, INDArray logits, Map<String, INDArray> auxiliary) {}
