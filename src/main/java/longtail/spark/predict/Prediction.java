package longtail.spark.predict;

import java.util.Arrays;
import longtail.eval.Ranking;

/**
 * What a model says of one image.
 *
 * @param path of the image
 * @param classes the best classes, the best first; none if the image cannot be read
 * @param probabilities softmax probabilities of these, {@code [classes.length]}
 * @param margin probability of the best class less that of the second, 0 to 1
 * @param rejected whether the probability of the best class is below the threshold
 * @param error why the image cannot be read; empty if it can
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, not kept
record Prediction(
    String path,
    int[] classes,
    double[] probabilities,
    double margin,
    boolean rejected,
    String error) {

  /**
   * By the scores of all classes, {@code [classes]}.
   *
   * @param top how many classes are kept
   * @param threshold probability below which the answer is rejected
   * @throws longtail.LongTailException (DIVERGED) if a score is NaN
   */
  static Prediction of(String path, float[] scores, int top, double threshold) {
    double[] probabilities = softmax(scores);
    int[] best = Ranking.top(scores, Math.max(2, top));
    double first = probabilities[best[0]];
    double second = best.length > 1 ? probabilities[best[1]] : 0;
    int[] kept = Arrays.copyOf(best, Math.min(top, best.length));
    return new Prediction(
        path,
        kept,
        Arrays.stream(kept).mapToDouble(c -> probabilities[c]).toArray(),
        first - second,
        first < threshold,
        "");
  }

  /** That the image cannot be read, and why. */
  static Prediction unreadable(String path, String reason) {
    return new Prediction(path, new int[0], new double[0], 0, false, reason);
  }

  /** Whether the image was read. */
  boolean readable() {
    return classes.length > 0;
  }

  /** Softmax of {@code scores}, {@code [classes]}. */
  static double[] softmax(float... scores) {
    double largest = scores[Ranking.best(scores)];
    double[] shares = new double[scores.length];
    double sum = 0;
    for (int c = 0; c < scores.length; c++) {
      shares[c] = Math.exp(scores[c] - largest);
      sum += shares[c];
    }
    for (int c = 0; c < scores.length; c++) {
      shares[c] /= sum;
    }
    return shares;
  }
}
