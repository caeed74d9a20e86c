package longtail.eval;

import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;

/** The order of classes by score: higher first, of equal scores the lower class first. */
public final class Ranking {
  private Ranking() {}

  /** The class of the highest score. */
  public static int best(float[] scores) {
    int best = 0;
    for (int c = 0; c < scores.length; c++) {
      if (Float.isNaN(scores[c])) {
        throw new LongTailException(
            ErrorCode.DIVERGED,
            "ranking the classes of a sample: the score of class %d is NaN; the model has diverged"
                .formatted(c));
      }
      if (scores[c] > scores[best]) {
        best = c;
      }
    }
    return best;
  }

  /** Number of classes that come before {@code label}. */
  public static int rank(float[] scores, int label) {
    int before = 0;
    for (int c = 0; c < scores.length; c++) {
      if (scores[c] > scores[label] || (scores[c] == scores[label] && c < label)) {
        before++;
      }
    }
    return before;
  }

  /** The first {@code k} classes, or all if there are fewer. */
  public static int[] top(float[] scores, int k) {
    int[] top = new int[Math.min(k, scores.length)];
    boolean[] taken = new boolean[scores.length];
    for (int i = 0; i < top.length; i++) {
      top[i] =
          IntStream.range(0, scores.length)
              .filter(c -> !taken[c])
              .reduce((a, b) -> scores[b] > scores[a] ? b : a)
              .orElseThrow();
      taken[top[i]] = true;
    }
    return top;
  }

  /** Softmax probability of the class of the highest score. */
  public static double confidence(float[] scores) {
    double largest = scores[best(scores)];
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp(score - largest);
    }
    return 1 / sum;
  }

  /**
   * {@code -log p} of the softmax probability of class {@code label}; finite for finite scores of
   * any size.
   */
  public static double negativeLogLikelihood(float[] scores, int label) {
    double largest = scores[best(scores)];
    return largest - scores[label] - Math.log(confidence(scores));
  }
}
