package longtail.loss;

import longtail.config.Default;
import longtail.config.Ranges;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Discriminative centroids (Liu et al., "Large-Scale Long-Tailed Recognition in an Open World",
 * 2019): features are drawn to the learned centroid of their class and pushed from the others, as
 * an addition to a loss of the logits. {@code attract = sum_i |f_i - c_yi|^2 / (2 batch)}, {@code
 * repel = max(0, margin - sum_i sum_{c != yi} |f_i - c_c|^2 / (batch classes))}, {@code loss =
 * attract + repelFactor repel}.
 *
 * <p>The centroids are moved by an optimiser of their own. Their gradient is that of the centre
 * loss: the pull of the samples of a class is divided by one more than their number, and does not
 * depend on the weight of the loss.
 *
 * @param margin mean squared distance from the other centroids that is far enough, not negative
 * @param repelFactor share of the push, not negative
 */
public record DiscCentroids(@Default("10.0") double margin, @Default("0.01") double repelFactor) {

  /** Checks the ranges. */
  public DiscCentroids {
    Ranges.notNegative("margin", margin);
    Ranges.notNegative("repel-factor", repelFactor);
  }

  /**
   * The loss of a batch before its weight, and the gradients with the weight.
   *
   * @param attract mean half squared distance from the samples' own centroids
   * @param repel what is missing to the margin, 0 if nothing
   * @param loss {@code attract + repelFactor repel}
   * @param gradFeatures {@code [batch, width]}
   * @param gradCentroids {@code [classes, width]}
   */
  public record Value(
      double attract, double repel, double loss, INDArray gradFeatures, INDArray gradCentroids) {}

  /**
   * Computes the loss and its gradients.
   *
   * @param features {@code [batch, width]}
   * @param labels {@code [batch]}
   * @param centroids {@code [classes, width]}
   * @param weight of this loss beside others
   */
  public Value evaluate(INDArray features, int[] labels, INDArray centroids, double weight) {
    double[][] f = features.toDoubleMatrix();
    double[][] c = centroids.toDoubleMatrix();
    int batch = labels.length;
    int classes = c.length;
    int[] members = new int[classes];
    double attract = 0;
    double apart = 0;
    for (int i = 0; i < batch; i++) {
      members[labels[i]]++;
      for (int k = 0; k < classes; k++) {
        double distance = squaredDistance(f[i], c[k]);
        attract += k == labels[i] ? distance / (2.0 * batch) : 0;
        apart += k == labels[i] ? 0 : distance / ((double) batch * classes);
      }
    }
    double repel = Math.max(0, margin - apart);
    double push = repel > 0 ? -2 * weight * repelFactor / ((double) batch * classes) : 0;
    double[][] gradFeatures = new double[batch][f[0].length];
    double[][] gradCentroids = new double[classes][f[0].length];
    for (int i = 0; i < batch; i++) {
      for (int k = 0; k < classes; k++) {
        boolean own = k == labels[i];
        double ofFeature = own ? weight / batch : push;
        double ofCentroid = own ? 1.0 / ((1.0 + members[k]) * batch) : push;
        for (int d = 0; d < f[i].length; d++) {
          double difference = f[i][d] - c[k][d];
          gradFeatures[i][d] += ofFeature * difference;
          gradCentroids[k][d] -= ofCentroid * difference;
        }
      }
    }
    return new Value(
        attract,
        repel,
        attract + repelFactor * repel,
        Nd4j.createFromArray(gradFeatures).castTo(features.dataType()),
        Nd4j.createFromArray(gradCentroids).castTo(centroids.dataType()));
  }

  private static double squaredDistance(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (a[d] - b[d]) * (a[d] - b[d]);
    }
    return sum;
  }
}
