package longtail.eval;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * The classifier without parameters of "Decoupling Representation and Classifier for Long-Tailed
 * Recognition" (Kang et al., 2020): an image belongs to the class whose mean training feature is
 * most similar to its own feature. A class without training images is never chosen.
 */
public final class NearestClassMean {
  private final double[] mean;
  private final Map<Mode, double[][]> centroids;
  private final boolean[] seen;

  /** What is done to features before they are averaged or compared. */
  public enum Mode {
    /** Nothing. */
    PLAIN,
    /** They are divided by their Euclidean norm. */
    NORMALIZED,
    /** The mean of all training features is taken off, then they are divided by their norm. */
    CENTERED
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

  private NearestClassMean(double[] mean, Map<Mode, double[][]> centroids, boolean[] seen) {
    this.mean = mean;
    this.centroids = centroids;
    this.seen = seen;
  }

  /**
   * The class means of training features; they are not normalised again.
   *
   * @param features {@code [images, width]}, at least one
   * @param labels {@code [images]}, in {@code [0, classes)}
   */
  public static NearestClassMean fit(double[][] features, int[] labels, int classes) {
    if (features.length == 0 || features.length != labels.length) {
      throw new IllegalArgumentException(
          "class means need as many labels as features and at least one, were %d and %d"
              .formatted(labels.length, features.length));
    }
    int width = features[0].length;
    double[] mean = new double[width];
    boolean[] seen = new boolean[classes];
    for (int i = 0; i < features.length; i++) {
      seen[labels[i]] = true;
      for (int d = 0; d < width; d++) {
        mean[d] += features[i][d] / features.length;
      }
    }
    Map<Mode, double[][]> centroids = new EnumMap<>(Mode.class);
    for (Mode mode : Mode.values()) {
      centroids.put(mode, means(features, labels, classes, mode, mean));
    }
    return new NearestClassMean(mean, centroids, seen);
  }

  private static double[][] means(
      double[][] features, int[] labels, int classes, Mode mode, double[] mean) {
    double[][] sums = new double[classes][mean.length];
    int[] members = new int[classes];
    for (int i = 0; i < features.length; i++) {
      double[] feature = transformed(features[i], mode, mean);
      members[labels[i]]++;
      for (int d = 0; d < feature.length; d++) {
        sums[labels[i]][d] += feature[d];
      }
    }
    for (int c = 0; c < classes; c++) {
      for (int d = 0; d < mean.length; d++) {
        sums[c][d] /= Math.max(1, members[c]);
      }
    }
    return sums;
  }

  private static double[] transformed(double[] feature, Mode mode, double[] mean) {
    double[] result = feature.clone();
    if (mode == Mode.CENTERED) {
      for (int d = 0; d < result.length; d++) {
        result[d] -= mean[d];
      }
    }
    if (mode != Mode.PLAIN) {
      double norm = norm(result);
      for (int d = 0; d < result.length; d++) {
        result[d] = norm > 0 ? result[d] / norm : 0;
      }
    }
    return result;
  }

  private static double norm(double[] vector) {
    return Math.sqrt(Arrays.stream(vector).map(v -> v * v).sum());
  }

  /** The mean training feature, {@code [width]}. */
  public double[] mean() {
    return mean.clone();
  }

  /** The class means of one mode, {@code [classes, width]}; zeros for a class without images. */
  public double[][] centroids(Mode mode) {
    return Arrays.stream(centroids.get(mode)).map(double[]::clone).toArray(double[][]::new);
  }

  /**
   * How similar a feature is to each class, {@code [classes]}; the largest is the prediction.
   *
   * @param feature {@code [width]}
   */
  public double[] logits(double[] feature, Mode mode, Similarity similarity) {
    double[] query = transformed(feature, mode, mean);
    double[][] means = centroids.get(mode);
    double[] logits = new double[means.length];
    for (int c = 0; c < logits.length; c++) {
      logits[c] = seen[c] ? similarity(query, means[c], similarity) : Double.NEGATIVE_INFINITY;
    }
    return logits;
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
