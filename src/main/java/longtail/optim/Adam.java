package longtail.optim;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
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
      INDArray parameters,
      INDArray gradients,
      INDArray state,
      double lr,
      List<Span> trainable,
      long iteration) {
    double steps = (double) iteration + 1;
    double rate = lr / (1 - Math.pow(beta1, steps));
    double correction = Math.sqrt(1 - Math.pow(beta2, steps));
    FlatVectors.of(parameters, gradients)
        .with(state, stateLength(parameters.length()), iteration)
        .update(
            trainable,
            (chunk, n) -> update(chunk, n, (float) rate, (float) correction),
            (chunk, n) -> update(chunk, n, rate, correction));
  }

  private void update(float[][] chunk, int n, float rate, float correction) {
    float[] w = chunk[0];
    float[] g = chunk[1];
    float[] mean = chunk[2];
    float[] square = chunk[3];
    float decay = (float) weightDecay;
    float kept = (float) beta1;
    float keptSquare = (float) beta2;
    float added = (float) (1 - beta1);
    float addedSquare = (float) (1 - beta2);
    for (int i = 0; i < n; i++) {
      float gradient = g[i] + decay * w[i];
      mean[i] = kept * mean[i] + added * gradient;
      square[i] = keptSquare * square[i] + addedSquare * gradient * gradient;
      w[i] -= rate * mean[i] / ((float) Math.sqrt(square[i]) / correction + (float) epsilon);
    }
  }

  private void update(double[][] chunk, int n, double rate, double correction) {
    double[] w = chunk[0];
    double[] g = chunk[1];
    double[] mean = chunk[2];
    double[] square = chunk[3];
    for (int i = 0; i < n; i++) {
      double gradient = g[i] + weightDecay * w[i];
      mean[i] = beta1 * mean[i] + (1 - beta1) * gradient;
      square[i] = beta2 * square[i] + (1 - beta2) * gradient * gradient;
      w[i] -= rate * mean[i] / (Math.sqrt(square[i]) / correction + epsilon);
    }
  }
}
