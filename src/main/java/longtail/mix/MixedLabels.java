package longtail.mix;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Two labels for each sample: the target is {@code shares_i e_first(i) + (1 - shares_i)
 * e_second(i)}.
 *
 * @param first label that the share belongs to
 * @param second label that the rest belongs to
 * @param shares {@code [batch]}, each in [0, 1]
 */
@SuppressWarnings("ArrayRecordComponent") // handed on in every step; nobody compares or keeps it
public record MixedLabels(Labels first, Labels second, double[] shares) {
  /** Checks that there are two labels and a share for each sample. */
  public MixedLabels {
    if (first.size() != second.size() || first.size() != shares.length) {
      throw new IllegalArgumentException(
          "mixed labels need two labels and a share for each sample, had %d, %d and %d"
              .formatted(first.size(), second.size(), shares.length));
    }
    if (Arrays.stream(shares).anyMatch(share -> !(share >= 0 && share <= 1))) {
      throw new IllegalArgumentException(
          "shares must be in [0, 1], were " + Arrays.toString(shares));
    }
  }

  /** Labels mixed with one share for all. */
  static MixedLabels of(Labels first, Labels second, double share) {
    double[] shares = new double[first.size()];
    Arrays.fill(shares, share);
    return new MixedLabels(first, second, shares);
  }

  /** Labels of samples that are not mixed. */
  static MixedLabels pure(Labels labels) {
    return of(labels, labels, 1);
  }

  /** Number of samples. */
  public int size() {
    return shares.length;
  }

  /** Whether every sample has its first label alone. */
  boolean pure() {
    return Arrays.stream(shares).allMatch(share -> share == 1);
  }

  /**
   * The target distributions, {@code [batch, classes]}, float64; a class of weight {@code w} has
   * {@code w} times its share.
   *
   * @param classWeights {@code [classes]}
   */
  public INDArray targets(double... classWeights) {
    double[][] targets = new double[shares.length][classWeights.length];
    for (int i = 0; i < targets.length; i++) {
      int one = first.classes()[i];
      int other = second.classes()[i];
      targets[i][one] += shares[i] * classWeights[one];
      targets[i][other] += (1 - shares[i]) * classWeights[other];
    }
    return Nd4j.createFromArray(targets).castTo(DataType.DOUBLE);
  }

  /** The target distributions, {@code [batch, classes]}, float64; each row sums to 1. */
  public INDArray targets(int classes) {
    double[] ones = new double[classes];
    Arrays.fill(ones, 1);
    return targets(ones);
  }

  /**
   * How many samples are classified correctly, each counting for the share of the label that its
   * largest logit meets; a tie counts for the first class.
   *
   * @param logits {@code [batch, classes]}
   */
  public double correct(INDArray logits) {
    double correct = 0;
    try (INDArray predicted = logits.argMax(1)) {
      for (int i = 0; i < shares.length; i++) {
        long answer = predicted.getLong(i);
        correct += answer == first.classes()[i] ? shares[i] : 0;
        correct += answer == second.classes()[i] ? 1 - shares[i] : 0;
      }
    }
    return correct;
  }
}
