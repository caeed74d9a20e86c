package longtail.optim;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
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
      INDArray parameters,
      INDArray gradients,
      INDArray state,
      double lr,
      List<Span> trainable,
      long iteration) {
    FlatVectors vectors = FlatVectors.of(parameters, gradients);
    if (momentum == 0) {
      vectors.update(
          trainable,
          (chunk, n) -> plain(chunk[0], chunk[1], n, (float) lr),
          (chunk, n) -> plain(chunk[0], chunk[1], n, lr));
    } else {
      vectors
          .with(state, stateLength(parameters.length()), iteration)
          .update(
              trainable,
              (chunk, n) -> withMomentum(chunk[0], chunk[1], chunk[2], n, (float) lr),
              (chunk, n) -> withMomentum(chunk[0], chunk[1], chunk[2], n, lr));
    }
  }

  private void plain(float[] w, float[] g, int n, float rate) {
    float decay = (float) weightDecay;
    for (int i = 0; i < n; i++) {
      w[i] -= rate * (g[i] + decay * w[i]);
    }
  }

  private void plain(double[] w, double[] g, int n, double rate) {
    for (int i = 0; i < n; i++) {
      w[i] -= rate * (g[i] + weightDecay * w[i]);
    }
  }

  private void withMomentum(float[] w, float[] g, float[] v, int n, float rate) {
    float decay = (float) weightDecay;
    float kept = (float) momentum;
    float ofGradient = nesterov ? 1 : 0;
    float ofVelocity = nesterov ? kept : 1;
    for (int i = 0; i < n; i++) {
      float gradient = g[i] + decay * w[i];
      float velocity = kept * v[i] + gradient;
      v[i] = velocity;
      w[i] -= rate * (ofGradient * gradient + ofVelocity * velocity);
    }
  }

  private void withMomentum(double[] w, double[] g, double[] v, int n, double rate) {
    double ofGradient = nesterov ? 1 : 0;
    double ofVelocity = nesterov ? momentum : 1;
    for (int i = 0; i < n; i++) {
      double gradient = g[i] + weightDecay * w[i];
      double velocity = momentum * v[i] + gradient;
      v[i] = velocity;
      w[i] -= rate * (ofGradient * gradient + ofVelocity * velocity);
    }
  }
}
