package longtail.nn.kernel;

/**
 * One step of Adam: {@code g += decay * w; m = b1 * m + (1 - b1) * g; v = b2 * v + (1 - b2) * g^2;
 * w -= rate * m / (sqrt(v) / correction + epsilon)}.
 *
 * @param rate learning rate over {@code 1 - b1^(iteration + 1)}
 * @param correction root of {@code 1 - b2^(iteration + 1)}
 * @param beta1 decay of the mean gradient, in [0, 1)
 * @param beta2 decay of the mean squared gradient, in [0, 1)
 * @param epsilon added to the root
 * @param decay factor of the parameters that is added to the gradient
 * @param iteration steps that the moments have seen; what is in them counts as zeros at 0
 */
public record AdamStep(
    double rate,
    double correction,
    double beta1,
    double beta2,
    double epsilon,
    double decay,
    long iteration) {

  void apply(float[][] chunk, int n) {
    float[] w = chunk[0];
    float[] g = chunk[1];
    float[] mean = chunk[2];
    float[] square = chunk[3];
    float by = (float) rate;
    float corrected = (float) correction;
    float part = (float) decay;
    float kept = (float) beta1;
    float keptSquare = (float) beta2;
    float added = (float) (1 - beta1);
    float addedSquare = (float) (1 - beta2);
    for (int i = 0; i < n; i++) {
      float gradient = g[i] + part * w[i];
      mean[i] = kept * mean[i] + added * gradient;
      square[i] = keptSquare * square[i] + addedSquare * gradient * gradient;
      w[i] -= by * mean[i] / ((float) Math.sqrt(square[i]) / corrected + (float) epsilon);
    }
  }

  void apply(double[][] chunk, int n) {
    double[] w = chunk[0];
    double[] g = chunk[1];
    double[] mean = chunk[2];
    double[] square = chunk[3];
    for (int i = 0; i < n; i++) {
      double gradient = g[i] + decay * w[i];
      mean[i] = beta1 * mean[i] + (1 - beta1) * gradient;
      square[i] = beta2 * square[i] + (1 - beta2) * gradient * gradient;
      w[i] -= rate * mean[i] / (Math.sqrt(square[i]) / correction + epsilon);
    }
  }
}
