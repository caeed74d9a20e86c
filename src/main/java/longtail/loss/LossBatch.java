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
 */
@SuppressWarnings("ArrayRecordComponent") // handed on in every step; nobody compares or keeps it
public record LossBatch(
    Optional<INDArray> features, INDArray logits, int[] labels, int[] rows, long iteration) {

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
}
