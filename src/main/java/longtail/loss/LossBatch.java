package longtail.loss;

import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a loss may look at in a step.
 *
 * @param features input of the classifier, {@code [batch, width]}; empty where only the logits are
 *     at hand
 * @param logits output of the classifier, {@code [batch, classes]}, float32 or float64
 * @param labels {@code [batch]}, each in {@code [0, classes)}
 * @param rows row of each sample in the dataset; with {@code iteration} it names random draws
 * @param iteration steps of the stage before this one, on the global count
 * @param shares {@code [batch]}, what each sample's loss and gradient are multiplied by after
 *     everything else, divisors of means included; empty for 1 each. Two batches of the same logits
 *     with other labels, whose shares add up to 1, make the loss of mixed samples
 */
@SuppressWarnings("ArrayRecordComponent") // handed on in every step; nobody compares or keeps it
public record LossBatch(
    Optional<INDArray> features,
    INDArray logits,
    int[] labels,
    int[] rows,
    long iteration,
    double[] shares) {

  /** Refuses shares that are not those of the samples. */
  public LossBatch {
    if (shares.length != 0 && shares.length != labels.length) {
      throw new IllegalArgumentException(
          "a batch of %d samples must have as many shares or none, had %d"
              .formatted(labels.length, shares.length));
    }
  }

  /** A batch in which every sample counts alike. */
  public LossBatch(
      Optional<INDArray> features, INDArray logits, int[] labels, int[] rows, long iteration) {
    this(features, logits, labels, rows, iteration, new double[0]);
  }

  /** A batch of logits alone, whose rows are its positions. */
  public static LossBatch of(INDArray logits, int[] labels) {
    return new LossBatch(
        Optional.empty(), logits, labels, IntStream.range(0, labels.length).toArray(), 0);
  }

  /** A batch of features and logits, whose rows are its positions. */
  public static LossBatch of(INDArray features, INDArray logits, int[] labels) {
    LossBatch plain = of(logits, labels);
    return new LossBatch(Optional.of(features), logits, labels, plain.rows, plain.iteration);
  }

  /** What the loss of the sample at {@code position} is multiplied by. */
  double share(int position) {
    return shares.length == 0 ? 1 : shares[position];
  }
}
