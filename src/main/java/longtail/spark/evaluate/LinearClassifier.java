package longtail.spark.evaluate;

import java.util.List;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Role;
import longtail.optim.RowNorm;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What tau normalisation must know of a linear classifier.
 *
 * @param norms Euclidean norms of its rows, one per class
 * @param bias of each class; zeros if it has none
 */
@SuppressWarnings("ArrayRecordComponent") // handed over
record LinearClassifier(double[] norms, double[] bias) {

  /**
   * That of {@code network}.
   *
   * @throws LongTailException (CONFIG) when its classifier is not linear
   */
  static LinearClassifier of(Network network) {
    double[] norms = RowNorm.L2.of(head(network, Role.HEAD_WEIGHT).orElseThrow());
    double[] bias =
        head(network, Role.HEAD_BIAS)
            .map(INDArray::toDoubleVector)
            .orElseGet(() -> new double[norms.length]);
    return new LinearClassifier(norms, bias);
  }

  private static Optional<INDArray> head(Network network, Role role) {
    List<ParameterBlock> head = network.layout().stream().filter(ParameterBlock::head).toList();
    if (head.stream().anyMatch(b -> b.role() != Role.HEAD_WEIGHT && b.role() != Role.HEAD_BIAS)) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "tau normalisation needs a linear classifier, the model's has %s: leave --tau away"
              .formatted(head.stream().map(ParameterBlock::name).toList()));
    }
    return head.stream()
        .filter(block -> block.role() == role)
        .findFirst()
        .map(block -> network.memory().host(block.in(network.parameters())));
  }
}
