package longtail.eval;

import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;

/**
 * Answers on a test set that also has samples of none of the classes, where the model may answer
 * {@link #UNKNOWN} (Liu et al., "Large-Scale Long-Tailed Recognition in an Open World", 2019).
 *
 * <p>Every figure without samples to take it over is 0.
 */
public final class OpenSet {
  /** The label and the answer that stand for none of the classes. */
  public static final int UNKNOWN = -1;

  /** The usual probability below which an answer is rejected. */
  public static final double USUAL_THRESHOLD = 0.1;

  private static final double TINY = 1e-12;
  private static final double ONE = 1e6;

  private final WeightedAccuracy known;
  private int unknown;
  private int unknownRecognised;
  private int rightClass;
  private int wrongClass;

  private OpenSet(ClassCounts training, Shots shots) {
    known = WeightedAccuracy.of(training, shots);
  }

  /**
   * No answers yet.
   *
   * @param training training images per class, which decide the groups
   * @param shots thresholds of the groups
   */
  public static OpenSet of(ClassCounts training, Shots shots) {
    return new OpenSet(training, shots);
  }

  /**
   * The answers of {@code predictions}, whose probabilities are known to six decimals, where those
   * below {@code threshold} are rejected.
   */
  static OpenSet of(Predictions predictions, ClassCounts training, Shots shots, double threshold) {
    OpenSet openSet = of(training, shots);
    for (int i = 0; i < predictions.size(); i++) {
      boolean rejected = predictions.confidenceInMillionths(i) / ONE < threshold;
      openSet.add(predictions.label(i), rejected ? UNKNOWN : predictions.predicted(i));
    }
    for (int i = 0; i < predictions.unknownSize(); i++) {
      boolean rejected = predictions.unknownConfidenceInMillionths(i) / ONE < threshold;
      openSet.add(UNKNOWN, rejected ? UNKNOWN : 0);
    }
    return openSet;
  }

  /** All figures. */
  OpenSetResult result(double threshold) {
    return new OpenSetResult(
        threshold, unknown, fMeasure(), precision(), recall(), unknownAccuracy(), knownAccuracy());
  }

  /**
   * The class of the highest score, or {@link #UNKNOWN} if its softmax probability is below {@code
   * threshold}. With {@code threshold <= 1 / classes} nothing is ever rejected.
   */
  public static int answer(float[] scores, double threshold) {
    return Ranking.confidence(scores) < threshold ? UNKNOWN : Ranking.best(scores);
  }

  /**
   * Adds one answer.
   *
   * @param label true class in {@code [0, classes)}, or {@link #UNKNOWN}
   * @param answer predicted class, or {@link #UNKNOWN}
   */
  public void add(int label, int answer) {
    if (label == UNKNOWN) {
      unknown++;
      if (answer == UNKNOWN) {
        unknownRecognised++;
      }
      return;
    }
    known.add(label, answer, 1);
    if (label == answer) {
      rightClass++;
    } else if (answer != UNKNOWN) {
      wrongClass++;
    }
  }

  /** Right fraction of the classes that were answered to samples of known classes. */
  public double precision() {
    return ratio(rightClass, rightClass + wrongClass);
  }

  /** Right classes over right classes plus unknown samples that were taken for a class. */
  public double recall() {
    return ratio(rightClass, rightClass + unknown - unknownRecognised);
  }

  /** Harmonic mean of {@link #precision} and {@link #recall}. */
  public double fMeasure() {
    return 2 * precision() * recall() / (precision() + recall() + TINY);
  }

  /** Fraction of the unknown samples that were recognised as such. */
  public double unknownAccuracy() {
    return ratio(unknownRecognised, unknown);
  }

  /** Right fraction of the samples of known classes; a rejected one is wrong. */
  public double knownAccuracy() {
    return known.overall().orElse(0);
  }

  /** Mean accuracy of the known classes of {@code group} that occur. */
  public double accuracy(Shots.Group group) {
    return known.ofGroup(group).orElse(0);
  }

  private static double ratio(int part, int whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
