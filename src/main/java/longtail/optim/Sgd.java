package longtail.optim;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.kernel.SgdStep;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Stochastic gradient descent with momentum in PyTorch's form: {@code g += decay * w; v = momentum
 * * v + g} (the first time {@code v = g}); {@code w -= lr * (g + momentum * v)} with Nesterov's
 * look ahead, else {@code w -= lr * v}. The learning rate stays outside the velocity, so a change
 * of the rate acts at once. Weight decay acts on every trainable parameter, biases and
 * normalisation too.
 *
 * @param lr learning rate, positive or 0
 * @param momentum in [0, 1)
 * @param nesterov whether to look ahead; needs momentum
 * @param weightDecay factor of the parameters that is added to the gradient
 */
public record Sgd(
    @Default("0.1") double lr,
    @Default("0.9") double momentum,
    @Default("false") boolean nesterov,
    @Default("5.0e-4") double weightDecay)
    implements Optimizer {

  /** Checks the ranges. */
  public Sgd {
    Ranges.notNegative("lr", lr);
    Ranges.fraction("momentum", momentum);
    Ranges.notNegative("weight-decay", weightDecay);
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException("momentum must be positive with nesterov, was 0");
    }
  }

  @Override
  public Sgd withoutDecay() {
    return new Sgd(lr, momentum, nesterov, 0);
  }

  @Override
  public long stateLength(long parameters) {
    return momentum == 0 ? 0 : parameters;
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
    double ofGradient = nesterov ? 1 : 0;
    double ofVelocity = nesterov ? momentum : 1;
    memory.step(
        parameters,
        gradients,
        state,
        new SgdStep(lr, momentum, ofGradient, ofVelocity, weightDecay, iteration),
        Span.bounds(trainable));
  }
}
