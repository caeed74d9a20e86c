package longtail.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A loss whose second derivatives with respect to the logits have a closed form. */
public interface TwiceDifferentiable extends LossFunction {

  /**
   * The derivative of {@link LossValue#gradLogits} as the logits move along {@code direction}.
   *
   * @param direction {@code [batch, classes]}
   * @return {@code [batch, classes]}, valid until the next call
   */
  INDArray gradientTangent(LossBatch batch, INDArray direction);
}
