package longtail.loss;

import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Walks the samples of a batch and adds up their losses; the arithmetic is in double. */
final class SampleLoop {
  private final Weighing weighing;
  private final double[] row;
  private final double[] rowGradient;
  private final GradientBuffer gradient = new GradientBuffer();

  SampleLoop(Weighing weighing) {
    this.weighing = weighing;
    row = new double[weighing.classes()];
    rowGradient = new double[weighing.classes()];
  }

  /** The loss of the sample at one position of the batch; see {@link SampleLoss}. */
  @FunctionalInterface
  interface Body {
    /**
     * Computes the loss of the sample at {@code position} and its gradient.
     *
     * @param factor what the sample's loss and gradient are multiplied by afterwards
     */
    double evaluate(int position, double factor, double[] logits, int label, double[] gradient);
  }

  /** The value and gradient of the batch. */
  LossValue evaluate(LossBatch batch, Body body) {
    INDArray logits = batch.logits();
    int[] labels = batch.labels();
    check(logits, labels);
    Rows from = Rows.of(logits);
    Rows to = gradient.rowsLike(logits);
    double[] samples = new double[labels.length];
    double scale = weighing.scale(labels);
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      double weight = weighing.weight(labels[i]) * batch.share(i);
      from.read(i, row);
      samples[i] = body.evaluate(i, scale * weight, row, labels[i], rowGradient);
      sum += weight * samples[i];
      to.write(i, rowGradient, scale * weight);
    }
    return new LossValue(
        scale * sum, gradient.written(), Optional.empty(), weighing.divisor(labels), samples);
  }

  private void check(INDArray logits, int[] labels) {
    int classes = row.length;
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
}
