package longtail.loss;

import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A loss that reduces one independent term per sample; the arithmetic is in double. */
final class SamplewiseLoss implements LossFunction {
  private final int classes;
  private final Reduction reduction;
  private final SampleLoss loss;
  private final double[] row;
  private final double[] rowGradient;
  private INDArray gradient = Nd4j.empty();

  SamplewiseLoss(int classes, Reduction reduction, SampleLoss loss) {
    this.classes = classes;
    this.reduction = reduction;
    this.loss = loss;
    row = new double[classes];
    rowGradient = new double[classes];
  }

  @Override
  public LossValue evaluate(INDArray logits, int[] labels) {
    check(logits, labels);
    prepareGradient(logits);
    Rows from = Rows.of(logits);
    Rows to = Rows.of(gradient);
    double[] samples = new double[labels.length];
    double weight = reduction.weight(labels.length);
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      from.read(i, row);
      samples[i] = loss.evaluate(row, labels[i], rowGradient);
      sum += samples[i];
      to.write(i, rowGradient, weight);
    }
    Nd4j.getAffinityManager().tagLocation(gradient, Location.HOST);
    return new LossValue(weight * sum, gradient, samples);
  }

  private void check(INDArray logits, int[] labels) {
    if (logits.rank() != 2 || logits.size(0) != labels.length || logits.size(1) != classes) {
      throw new IllegalArgumentException(
          "logits must have the shape [batch, classes] = [%d, %d] of the labels and class counts, was %s"
              .formatted(labels.length, classes, logits.shapeInfoToString()));
    }
    if (labels.length == 0) {
      throw new IllegalArgumentException("a batch must hold at least one sample, held none");
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            "labels must be in [0, %d), the one at position %d was %d"
                .formatted(classes, i, labels[i]));
      }
    }
  }

  /** The gradient outlives the workspace that the caller may have opened. */
  private void prepareGradient(INDArray logits) {
    if (gradient.dataType() != logits.dataType() || !gradient.equalShapes(logits)) {
      gradient = Nd4j.createUninitializedDetached(logits.dataType(), logits.shape());
    }
  }
}
