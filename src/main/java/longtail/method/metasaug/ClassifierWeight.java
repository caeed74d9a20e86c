package longtail.method.metasaug;

import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Where the weight {@code [classes, width]} of a linear classifier lies in flat vectors. */
final class ClassifierWeight {
  private final ParameterBlock block;

  private ClassifierWeight(ParameterBlock block) {
    this.block = block;
  }

  /**
   * The weight of {@code network}'s head.
   *
   * @param method named in the message if the head is not linear
   */
  static ClassifierWeight of(Network network, String method) {
    if (!network.linearClassifier()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "method %s needs logits that are a linear function of the features; choose model.head: linear"
              .formatted(method));
    }
    return new ClassifierWeight(
        network.layout().stream()
            .filter(of -> of.role() == Role.HEAD_WEIGHT)
            .findFirst()
            .orElseThrow());
  }

  /** The weight's part of {@code flat}, a view. */
  INDArray in(INDArray flat) {
    return flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .reshape('c', block.shape());
  }
}
