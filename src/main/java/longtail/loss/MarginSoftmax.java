package longtail.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Cross-entropies of {@code scale (z - m_y e_y)}, reduced: the plain, the weighted and the LDAM
 * loss.
 */
final class MarginSoftmax implements TwiceDifferentiable {
  private final SampleLoop values;
  private final SampleLoop tangents;
  private final double scale;
  private final double[] margins;
  private final double[] moving;

  /** The loss with {@code margins}, {@code [classes]}. */
  MarginSoftmax(Weighing weighing, double scale, double[] margins) {
    values = new SampleLoop(weighing);
    tangents = new SampleLoop(weighing);
    this.scale = scale;
    this.margins = margins;
    moving = new double[margins.length];
  }

  /** Without margins and scale. */
  static MarginSoftmax plain(Weighing weighing) {
    return new MarginSoftmax(weighing, 1, new double[weighing.classes()]);
  }

  @Override
  public LossValue evaluate(LossBatch batch) {
    return values.evaluate(
        batch,
        (position, factor, logits, label, gradient) -> {
          double loss = crossEntropy(logits, label, gradient);
          multiply(gradient, scale);
          return loss;
        });
  }

  @Override
  public INDArray gradientTangent(LossBatch batch, INDArray direction) {
    Rows directions = Rows.of(direction);
    return tangents
        .evaluate(
            batch,
            (position, factor, logits, label, tangent) -> {
              double loss = crossEntropy(logits, label, tangent);
              tangent[label] += 1;
              directions.read(position, moving);
              double mean = 0;
              for (int c = 0; c < moving.length; c++) {
                mean += tangent[c] * moving[c];
              }
              for (int c = 0; c < moving.length; c++) {
                tangent[c] *= moving[c] - mean;
              }
              multiply(tangent, scale * scale);
              return loss;
            })
        .gradLogits();
  }

  private double crossEntropy(double[] logits, int label, double[] gradient) {
    logits[label] -= margins[label];
    multiply(logits, scale);
    return Softmax.crossEntropy(logits, label, gradient);
  }

  private static void multiply(double[] row, double factor) {
    if (factor != 1) {
      for (int c = 0; c < row.length; c++) {
        row[c] *= factor;
      }
    }
  }
}
