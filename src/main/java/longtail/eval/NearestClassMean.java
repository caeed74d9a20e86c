package longtail.eval;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The classifier without parameters of "Decoupling Representation and Classifier for Long-Tailed
 * Recognition" (Kang et al., 2020): an image belongs to the class whose mean training feature is
 * most similar to its own feature. A class without training images is never chosen.
 */
public final class NearestClassMean implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Mode mode;
  private final double[] mean;
  private final double[][] centroids;
  private final boolean[] seen;

  /** What is done to features before they are averaged or compared. */
  public enum Mode {
    /** Nothing. */
    PLAIN,
    /** They are divided by their Euclidean norm. */
    NORMALIZED,
    /** The mean of all training features is taken off, then they are divided by their norm. */
    CENTERED;

    /**
     * The feature as it is averaged or compared, a new array.
     *
     * @param feature {@code [width]}
     * @param mean of all training features, {@code [width]}
     */
    public double[] apply(double[] feature, double... mean) {
      double[] result = feature.clone();
      if (this == CENTERED) {
        Arrays.setAll(result, d -> feature[d] - mean[d]);
      }
      double norm = this == PLAIN ? 1 : norm(result);
      for (int d = 0; d < result.length; d++) {
        result[d] = norm > 0 ? result[d] / norm : 0;
      }
      return result;
    }
  }

  /** How features and class means are compared. */
  public enum Similarity {
    /** Minus the squared Euclidean distance. */
    EUCLIDEAN,
    /** The product over the number of features: the published code calls it cosine. */
    PRODUCT,
    /** The cosine. */
    COSINE
  }

  private NearestClassMean(Mode mode, double[] mean, double[][] centroids, boolean[] seen) {
    this.mode = mode;
    this.mean = mean;
    this.centroids = centroids;
    this.seen = seen;
  }

  /**
   * The classifier with these means; they are not normalised again.
   *
   * @param mean of all training features, {@code [width]}
   * @param means of the training features of each class that has some, after {@link Mode#apply}
   * @param classes number of classes
   */
  public static NearestClassMean of(
      Mode mode, double[] mean, Map<Integer, FeatureMean> means, int classes) {
    double[][] centroids = new double[classes][mean.length];
    boolean[] seen = new boolean[classes];
    means.forEach(
        (label, ofClass) -> {
          centroids[label] = ofClass.mean();
          seen[label] = ofClass.count() > 0;
        });
    return new NearestClassMean(mode, mean.clone(), centroids, seen);
  }

  /**
   * The classifier of training features.
   *
   * @param features {@code [images, width]}, at least one
   * @param labels {@code [images]}, in {@code [0, classes)}
   */
  public static NearestClassMean fit(double[][] features, int[] labels, int classes, Mode mode) {
    if (features.length == 0 || features.length != labels.length) {
      throw new IllegalArgumentException(
          "class means need as many labels as features and at least one, were %d and %d"
              .formatted(labels.length, features.length));
    }
    FeatureMean ofAll = FeatureMean.of(features[0].length);
    Arrays.stream(features).forEach(ofAll::add);
    double[] mean = ofAll.mean();
    Map<Integer, FeatureMean> means = new TreeMap<>();
    for (int i = 0; i < features.length; i++) {
      means
          .computeIfAbsent(labels[i], label -> FeatureMean.of(mean.length))
          .add(mode.apply(features[i], mean));
    }
    return of(mode, mean, means, classes);
  }

  private static double norm(double... vector) {
    return Math.sqrt(Arrays.stream(vector).map(v -> v * v).sum());
  }

  /** The mean training feature, {@code [width]}. */
  public double[] mean() {
    return mean.clone();
  }

  /** The class means, {@code [classes, width]}; zeros for a class without images. */
  public double[][] centroids() {
    return Arrays.stream(centroids).map(double[]::clone).toArray(double[][]::new);
  }

  /** Whether class {@code c} has training images. */
  public boolean seen(int c) {
    return seen[c];
  }

  /**
   * How similar a feature is to each class, {@code [classes]}; the largest is the prediction.
   *
   * @param feature {@code [width]}
   */
  public double[] logits(double[] feature, Similarity similarity) {
    double[] query = mode.apply(feature, mean);
    double[] logits = new double[centroids.length];
    for (int c = 0; c < logits.length; c++) {
      logits[c] = seen[c] ? similarity(query, centroids[c], similarity) : Double.NEGATIVE_INFINITY;
    }
    return logits;
  }

  /** As {@link #logits}, in single precision. */
  public float[] scores(float[] feature, Similarity similarity) {
    double[] logits = logits(doubles(feature), similarity);
    float[] scores = new float[logits.length];
    for (int c = 0; c < scores.length; c++) {
      scores[c] = (float) logits[c];
    }
    return scores;
  }

  /** {@code row} in double precision. */
  public static double[] doubles(float... row) {
    return IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray();
  }

  private static double similarity(double[] query, double[] centroid, Similarity similarity) {
    double product = 0;
    double distance = 0;
    for (int d = 0; d < query.length; d++) {
      product += query[d] * centroid[d];
      distance += (query[d] - centroid[d]) * (query[d] - centroid[d]);
    }
    return switch (similarity) {
      case EUCLIDEAN -> -distance;
      case PRODUCT -> product / query.length;
      case COSINE -> product / Math.max(norm(query) * norm(centroid), Double.MIN_NORMAL);
    };
  }
}
