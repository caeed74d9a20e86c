package longtail.loss;

import java.util.Arrays;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;

/** The log prior of the classes, which some losses add to the logits in training. */
record LogPrior(String loss, double[] shifts) implements SampleLoss {

  /**
   * {@code factor * log n_c}; only differences between classes matter.
   *
   * @param loss named when a label without training images occurs
   */
  static LogPrior of(String loss, ClassCounts counts, double factor) {
    return new LogPrior(
        loss,
        Arrays.stream(counts.toArray())
            .mapToDouble(n -> n == 0 ? Double.NEGATIVE_INFINITY : factor * Math.log(n))
            .toArray());
  }

  /** Cross-entropy of the shifted logits. */
  @Override
  public double evaluate(double[] logits, int label, double[] gradient) {
    if (shifts[label] == Double.NEGATIVE_INFINITY) {
      throw new LongTailException(
          ErrorCode.DATA,
          "%s: label %d occurs in a batch, but the class counts say that this class has no training images; use the counts of the dataset that is trained on"
              .formatted(loss, label));
    }
    for (int c = 0; c < logits.length; c++) {
      logits[c] += shifts[c];
    }
    return Softmax.crossEntropy(logits, label, gradient);
  }
}
