package longtail.optim;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.nn.kernel.AdamStep;
import longtail.nn.kernel.KernelMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adam (Kingma and Ba, 2015) in PyTorch's form, with weight decay added to the gradient: {@code m =
 * b1 * m + (1 - b1) * g; v = b2 * v + (1 - b2) * g^2; w -= lr * m' / (sqrt(v') + epsilon)}, where
 * {@code m'} and {@code v'} are corrected for their start at 0.
 *
 * @param lr learning rate, positive or 0
 * @param beta1 decay of the mean gradient, in [0, 1)
 * @param beta2 decay of the mean squared gradient, in [0, 1)
 * @param epsilon added to the root, positive
 * @param weightDecay factor of the parameters that is added to the gradient
 */
public record Adam(
    @Default("0.001") double lr,
    @Default("0.9") double beta1,
    @Default("0.999") double beta2,
    @Default("1.0e-8") double epsilon,
    @Default("0.0") double weightDecay)
    implements Optimizer {

  /** Checks the ranges. */
  public Adam {
    Ranges.notNegative("lr", lr);
    Ranges.fraction("beta1", beta1);
    Ranges.fraction("beta2", beta2);
    Ranges.positive("epsilon", epsilon);
    Ranges.notNegative("weight-decay", weightDecay);
  }

  @Override
  public Adam withoutDecay() {
    return new Adam(lr, beta1, beta2, epsilon, 0);
  }

  @Override
  public long stateLength(long parameters) {
    return 2 * parameters;
  }

  @Override
  public void step(
      KernelMemory memory,
      INDArray parameters,
      INDArray gradients,
      INDArray state,
      double lr,
      List<Span> trainable,
      long iteration) {
    double steps = (double) iteration + 1;
    double rate = lr / (1 - Math.pow(beta1, steps));
    double correction = Math.sqrt(1 - Math.pow(beta2, steps));
    memory.step(
        parameters,
        gradients,
        state,
        new AdamStep(rate, correction, beta1, beta2, epsilon, weightDecay, iteration),
        Span.bounds(trainable));
  }
}
