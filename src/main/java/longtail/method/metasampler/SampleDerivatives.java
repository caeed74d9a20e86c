package longtail.method.metasampler;

import java.util.Arrays;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.optim.Sgd;
import longtail.optim.UpdateRule;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The inner products {@code <grad l_b(theta), D>} of the gradients of single images with a
 * direction, without these gradients: they are the derivatives of the losses while the parameters
 * move along {@code D}, {@code (dl_b/dz_b)' dz_b}.
 */
sealed interface SampleDerivatives extends AutoCloseable
    permits LinearDerivatives, TangentDerivatives {
  /** The cheapest way for {@code problem}. */
  static SampleDerivatives of(LearningProblem problem) {
    Network network = problem.network();
    long head =
        network.layout().stream()
            .filter(block -> block.head() && block.trainable())
            .mapToLong(ParameterBlock::length)
            .sum();
    long learnt = problem.trainable().stream().mapToLong(span -> span.length()).sum();
    return network.linearClassifier() && learnt == head
        ? new LinearDerivatives(problem)
        : new TangentDerivatives(problem);
  }

  /** Keeps what the step about to be taken on {@code activations} will overwrite. */
  void beforeStep(Activations activations);

  /**
   * The derivative of the meta loss with respect to the weight of each image of the step, while the
   * network's gradients are those of the meta loss after the step.
   *
   * @param main the images of the step
   * @param loss their loss before it
   * @param rate learning rate of the step
   */
  double[] atWeights(Batch main, LossValue loss, double rate);

  @Override
  void close();

  /** How far SGD moves a parameter at once by its gradient, in learning rates of its group. */
  static double applied(UpdateRule rule) {
    Sgd sgd = (Sgd) rule.optimizer();
    return sgd.nesterov() ? 1 + sgd.momentum() : 1;
  }

  /** {@code factor} times the inner product of each row of {@code a} with that of {@code b}. */
  static double[] products(INDArray a, INDArray b, double factor) {
    return Arrays.stream(a.mul(b).sum(1).toDoubleVector()).map(p -> factor * p).toArray();
  }
}
