package longtail.sample;

import java.util.Arrays;

/** Draws indices in proportion to their weights, by the inverse of the cumulative sum. */
public final class CumulativeWeights {
  // upTo[i]: sum of the weights 0..i
  private final double[] upTo;

  private CumulativeWeights(double[] upTo) {
    this.upTo = upTo;
  }

  /** Weights of the indices from 0, at least 0. */
  public static CumulativeWeights of(double... weights) {
    double[] upTo = weights.clone();
    for (int i = 1; i < upTo.length; i++) {
      upTo[i] += upTo[i - 1];
    }
    return new CumulativeWeights(upTo);
  }

  /** Sum of all weights. */
  public double total() {
    return upTo.length == 0 ? 0 : upTo[upTo.length - 1];
  }

  /** The first index whose cumulative weight is above {@code u} of the total; u in [0, 1). */
  public int at(double u) {
    int at = Arrays.binarySearch(upTo, u * total());
    // an exact hit on the upper border of an index belongs to the next one that has weight
    int index = at >= 0 ? at + 1 : -at - 1;
    while (at >= 0 && index < upTo.length - 1 && upTo[index] == upTo[at]) {
      index++;
    }
    return Math.min(index, upTo.length - 1);
  }

  /** The weight of {@code index}. */
  double weight(int index) {
    return index == 0 ? upTo[0] : upTo[index] - upTo[index - 1];
  }
}
