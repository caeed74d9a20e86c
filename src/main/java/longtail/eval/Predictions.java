package longtail.eval;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What a model answered on a test set, sample by sample: the true class, the predicted one, and the
 * rank of the true class among the scores (0 if it is the prediction), and how sure the model was.
 *
 * <p>Parts of a test set are added in any order; every figure is the same.
 */
public final class Predictions implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int UNKNOWN = -1;

  private final int classes;
  private int size;
  private int[] labels = new int[16];
  private int[] predicted = new int[16];
  private int[] ranks = new int[16];
  // In millionths: their sums are exact, so parts of a test set may come in any order.
  private int[] confidences = new int[16];
  private double[] losses = new double[16];
  private int unknownSize;
  private int[] unknownConfidences = new int[16];

  private Predictions(int classes) {
    this.classes = classes;
  }

  /** No predictions yet, over {@code classes} classes. */
  public static Predictions of(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("there must be at least one class, were " + classes);
    }
    return new Predictions(classes);
  }

  /** Given predictions without scores: a wrong one counts as wrong for every top-k. */
  public static Predictions of(int classes, int[] labels, int[] predicted) {
    if (labels.length != predicted.length) {
      throw new IllegalArgumentException(
          "as many predictions as labels are needed, %d and %d were given"
              .formatted(predicted.length, labels.length));
    }
    Predictions predictions = of(classes);
    for (int i = 0; i < labels.length; i++) {
      int rank = labels[i] == predicted[i] ? 0 : Integer.MAX_VALUE;
      predictions.add(labels[i], predicted[i], rank);
    }
    return predictions;
  }

  /**
   * Adds one sample without a confidence.
   *
   * @param label true class, in {@code [0, classes)}
   * @param prediction predicted class, in {@code [0, classes)}
   * @param rank number of classes that were preferred to the true one
   */
  public void add(int label, int prediction, int rank) {
    add(label, prediction, rank, UNKNOWN, Double.NaN);
  }

  private void add(int label, int prediction, int rank, int confidence, double loss) {
    if (label < 0 || label >= classes || prediction < 0 || prediction >= classes || rank < 0) {
      throw new IllegalArgumentException(
          "label and prediction must be in [0, %d) and the rank not negative, were %d, %d and %d"
              .formatted(classes, label, prediction, rank));
    }
    if (size == labels.length) {
      int capacity = Math.multiplyExact(size, 2);
      labels = Arrays.copyOf(labels, capacity);
      predicted = Arrays.copyOf(predicted, capacity);
      ranks = Arrays.copyOf(ranks, capacity);
      confidences = Arrays.copyOf(confidences, capacity);
      losses = Arrays.copyOf(losses, capacity);
    }
    labels[size] = label;
    predicted[size] = prediction;
    ranks[size] = rank;
    confidences[size] = confidence;
    losses[size] = loss;
    size++;
  }

  /** Adds one sample by the scores of all classes; see {@link Ranking}. */
  public void add(int label, float[] scores) {
    int confidence = millionths(scores);
    add(
        label,
        Ranking.best(scores),
        Ranking.rank(scores, label),
        confidence,
        Ranking.negativeLogLikelihood(scores, label));
  }

  private static int millionths(float... scores) {
    return (int) Math.round(1e6 * Ranking.confidence(scores));
  }

  /** Adds a sample of none of the classes; only {@link OpenSet} looks at it. */
  public void addUnknown(float[] scores) {
    addUnknown(millionths(scores));
  }

  private void addUnknown(int confidence) {
    if (unknownSize == unknownConfidences.length) {
      int capacity = Math.multiplyExact(unknownSize, 2);
      unknownConfidences = Arrays.copyOf(unknownConfidences, capacity);
    }
    unknownConfidences[unknownSize] = confidence;
    unknownSize++;
  }

  /** Adds the samples of another part of the test set. */
  public void addAll(Predictions other) {
    if (other.classes != classes) {
      throw new IllegalArgumentException(
          "both parts must have the same classes, had %d and %d".formatted(classes, other.classes));
    }
    for (int i = 0; i < other.size; i++) {
      add(
          other.labels[i],
          other.predicted[i],
          other.ranks[i],
          other.confidences[i],
          other.losses[i]);
    }
    for (int i = 0; i < other.unknownSize; i++) {
      addUnknown(other.unknownConfidences[i]);
    }
  }

  /** Number of samples of none of the classes; no other figure counts them. */
  public int unknownSize() {
    return unknownSize;
  }

  /** As {@link #confidenceInMillionths}, of sample {@code i} of none of the classes. */
  int unknownConfidenceInMillionths(int i) {
    return unknownConfidences[i];
  }

  /** Number of samples. */
  public int size() {
    return size;
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** True class of sample {@code i}. */
  public int label(int i) {
    return labels[i];
  }

  /** Predicted class of sample {@code i}. */
  public int predicted(int i) {
    return predicted[i];
  }

  /**
   * Softmax probability of the prediction of sample {@code i}, to six decimals, in millionths; -1
   * if it was added without scores.
   */
  int confidenceInMillionths(int i) {
    return confidences[i];
  }

  /** Fraction of samples whose true class is among the {@code k} best; NaN without samples. */
  public double topK(int k) {
    int hits = 0;
    for (int i = 0; i < size; i++) {
      if (ranks[i] < k) {
        hits++;
      }
    }
    return (double) hits / size;
  }

  /**
   * Mean of {@code -log p} of the true classes' softmax probabilities; NaN without samples, or if
   * one was added without scores.
   */
  public double negativeLogLikelihood() {
    // In order of size, so that the sum does not depend on the order of the parts.
    return Arrays.stream(losses, 0, size).sorted().sum() / size;
  }
}
