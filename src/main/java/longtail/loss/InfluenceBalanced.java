package longtail.loss;

import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Influence-balanced loss (Park et al., "Influence-Balanced Loss for Imbalanced Visual
 * Classification", 2021): cross-entropy over the influence of the sample on the decision boundary,
 * {@code w_y l alpha / (S F + 0.001)} with {@code S = sum_k |p_k - e_yk|}, {@code F} the sum of the
 * absolute features and {@code w} the inverse counts with mean 1; the mean divides by the batch.
 * The influence is differentiated too, with respect to logits and features.
 *
 * @param alpha finite and positive
 */
public record InfluenceBalanced(@Default("1000.0") double alpha) implements Reweighting {
  private static final double EPSILON = 1e-3;

  /** Checks the range. */
  public InfluenceBalanced {
    Ranges.positive("alpha", alpha);
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return new Function(alpha, Weighing.mean(ClassWeights.inversePower(counts, 1)));
  }

  @Override
  public Loss early() {
    return new CrossEntropy();
  }

  private static final class Function implements LossFunction {
    private final double alpha;
    private final SampleLoop loop;
    private final GradientBuffer gradFeatures = new GradientBuffer();

    Function(double alpha, Weighing weighing) {
      this.alpha = alpha;
      loop = new SampleLoop(weighing);
    }

    @Override
    public LossValue evaluate(LossBatch batch) {
      INDArray features = features(batch);
      Rows from = Rows.of(features);
      Rows to = gradFeatures.rowsLike(features);
      double[] feature = new double[Math.toIntExact(features.size(1))];
      LossValue ofLogits =
          loop.evaluate(
              batch,
              (position, factor, logits, label, gradient) -> {
                from.read(position, feature);
                double size = sumOfSizes(feature);
                double crossEntropy = Softmax.crossEntropy(logits, label, gradient);
                double miss = othersOf(gradient, label);
                double influence = 2 * miss * size + EPSILON;
                // the loss falls with the influence by this much
                double slope = crossEntropy * alpha / (influence * influence);
                for (int d = 0; d < feature.length; d++) {
                  feature[d] = -slope * 2 * miss * Math.signum(feature[d]);
                }
                to.write(position, feature, factor);
                double ofGradient = alpha / influence - slope * size * 2 * (1 - miss);
                for (int c = 0; c < gradient.length; c++) {
                  gradient[c] *= ofGradient;
                }
                return crossEntropy * alpha / influence;
              });
      return ofLogits.withGradFeatures(gradFeatures.written());
    }

    private static INDArray features(LossBatch batch) {
      INDArray features =
          batch
              .features()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "the influence-balanced loss needs the features of the batch, was given the logits alone"));
      if (features.rank() != 2 || features.size(0) != batch.labels().length) {
        throw new IllegalArgumentException(
            "features must have the shape [batch, width] with a batch of %d, was %s"
                .formatted(batch.labels().length, features.shapeInfoToString()));
      }
      return features;
    }

    private static double sumOfSizes(double[] feature) {
      double sum = 0;
      for (double element : feature) {
        sum += Math.abs(element);
      }
      return sum;
    }

    /** The probability of all classes but the true one, without cancellation. */
    private static double othersOf(double[] gradient, int label) {
      double sum = 0;
      for (int c = 0; c < gradient.length; c++) {
        sum += c == label ? 0 : gradient[c];
      }
      return sum;
    }
  }
}
