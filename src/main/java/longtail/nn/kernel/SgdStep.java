package longtail.nn.kernel;

/**
 * One step of stochastic gradient descent: {@code g += decay * w; v = momentum * v + g; w -= rate *
 * (ofGradient * g + ofVelocity * v)}; without momentum {@code w -= rate * g}.
 *
 * @param rate learning rate
 * @param momentum in [0, 1)
 * @param ofGradient share of the gradient, 1 with Nesterov's look ahead, else 0
 * @param ofVelocity share of the velocity, the momentum with Nesterov's look ahead, else 1
 * @param decay factor of the parameters that is added to the gradient
 * @param iteration steps that the velocity has seen; what is in it counts as zeros at 0
 */
public record SgdStep(
    double rate,
    double momentum,
    double ofGradient,
    double ofVelocity,
    double decay,
    long iteration) {

  void apply(float[][] chunk, int n) {
    if (momentum == 0) {
      plain(chunk[0], chunk[1], n, (float) rate);
    } else {
      withMomentum(chunk[0], chunk[1], chunk[2], n, (float) rate);
    }
  }

  void apply(double[][] chunk, int n) {
    if (momentum == 0) {
      plain(chunk[0], chunk[1], n, rate);
    } else {
      withMomentum(chunk[0], chunk[1], chunk[2], n, rate);
    }
  }

  private void plain(float[] w, float[] g, int n, float by) {
    float part = (float) decay;
    for (int i = 0; i < n; i++) {
      w[i] -= by * (g[i] + part * w[i]);
    }
  }

  private void plain(double[] w, double[] g, int n, double by) {
    for (int i = 0; i < n; i++) {
      w[i] -= by * (g[i] + decay * w[i]);
    }
  }

  private void withMomentum(float[] w, float[] g, float[] v, int n, float by) {
    float part = (float) decay;
    float kept = (float) momentum;
    float direct = (float) ofGradient;
    float moving = (float) ofVelocity;
    for (int i = 0; i < n; i++) {
      float gradient = g[i] + part * w[i];
      float velocity = kept * v[i] + gradient;
      v[i] = velocity;
      w[i] -= by * (direct * gradient + moving * velocity);
    }
  }

  private void withMomentum(double[] w, double[] g, double[] v, int n, double by) {
    for (int i = 0; i < n; i++) {
      double gradient = g[i] + decay * w[i];
      double velocity = momentum * v[i] + gradient;
      v[i] = velocity;
      w[i] -= by * (ofGradient * gradient + ofVelocity * velocity);
    }
  }
}
