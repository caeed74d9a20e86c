package longtail.loss;

import java.util.Arrays;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.config.Ranges;
import longtail.statistics.ClassRows;
import longtail.statistics.Covariance;
import longtail.statistics.QuadraticForms;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Implicit semantic data augmentation (Wang et al., "Implicit Semantic Data Augmentation for Deep
 * Networks", 2019): a loss of the logits that stand for infinitely many features drawn around each
 * sample's own with the covariance {@code S} of its class, {@code a_ij = z_ij + r/2 (w_j - w_y)'
 * S_y (w_j - w_y)}. Any loss may be augmented; class weights and margins are those of the loss.
 *
 * <p>An object keeps its buffers and serves one thread.
 */
public final class AugmentedLoss {
  private final LossFunction loss;
  private final QuadraticForms forms;
  private final GradientBuffer augmented = new GradientBuffer();
  private final GradientBuffer moving = new GradientBuffer();

  /** Augments {@code loss} by covariances of {@code kind}. */
  public AugmentedLoss(LossFunction loss, Covariance kind) {
    this.loss = loss;
    forms = QuadraticForms.of(kind);
  }

  /**
   * The loss of a batch.
   *
   * @param weight of the linear classifier that made the logits, {@code [classes, width]}
   * @param covariances of at least the classes of the labels, symmetric or taken as {@code (S +
   *     S')/2} in derivatives
   * @param ratio strength {@code r} of the augmentation, finite and not negative
   */
  public Value evaluate(LossBatch batch, INDArray weight, ClassRows covariances, double ratio) {
    Ranges.notNegative("the ratio of the augmentation", ratio);
    int[] rows = rows(batch.labels(), covariances.classes());
    LossBatch shifted = batch;
    if (ratio > 0) {
      shifted =
          new LossBatch(
              batch.features(),
              sum(batch.logits(), forms.values(covariances, weight), ratio / 2, rows, augmented),
              batch.labels(),
              batch.rows(),
              batch.iteration());
    }
    return new Value(loss.evaluate(shifted), shifted, weight, covariances, ratio, rows);
  }

  /**
   * The loss that is augmented, if {@link Value#covarianceGradientTangent} is possible with it.
   *
   * @throws LongTailException if its second derivative has no closed form
   */
  public TwiceDifferentiable twiceDifferentiable() {
    if (loss instanceof TwiceDifferentiable smooth) {
      return smooth;
    }
    throw new LongTailException(
        ErrorCode.CONFIG,
        "the exact meta-gradient needs a loss with a second derivative in closed form; use cross-entropy, weighted-cross-entropy, class-balanced, cost-sensitive or ldam, or the gradient by finite differences");
  }

  private static int[] rows(int[] labels, int[] classes) {
    int[] rows = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      rows[i] = Arrays.binarySearch(classes, labels[i]);
      if (rows[i] < 0) {
        throw new IllegalArgumentException("there is no covariance of label " + labels[i]);
      }
    }
    return rows;
  }

  /** {@code logits_i + factor * table_row(i)}. */
  private static INDArray sum(
      INDArray logits, INDArray table, double factor, int[] rows, GradientBuffer into) {
    Rows from = Rows.of(logits);
    Rows addends = Rows.of(table);
    Rows to = into.rowsLike(logits);
    double[] row = new double[(int) logits.size(1)];
    double[] addend = new double[row.length];
    for (int i = 0; i < rows.length; i++) {
      from.read(i, row);
      addends.read(rows[i], addend);
      for (int c = 0; c < row.length; c++) {
        row[c] += factor * addend[c];
      }
      to.write(i, row, 1);
    }
    return into.written();
  }

  /** The loss of a batch with its derivatives, valid until the next evaluation. */
  public final class Value {
    private final LossValue value;
    private final LossBatch shifted;
    private final INDArray weight;
    private final ClassRows covariances;
    private final double ratio;
    private final int[] rows;
    private Optional<INDArray> gradForms = Optional.empty();

    private Value(
        LossValue value,
        LossBatch shifted,
        INDArray weight,
        ClassRows covariances,
        double ratio,
        int[] rows) {
      this.value = value;
      this.shifted = shifted;
      this.weight = weight;
      this.covariances = covariances;
      this.ratio = ratio;
      this.rows = rows;
    }

    /** The loss. */
    public double loss() {
      return value.value();
    }

    /** The augmented logits, {@code [batch, classes]}. */
    public INDArray augmentedLogits() {
      return shifted.logits();
    }

    /** Gradient with respect to the logits before augmentation, {@code [batch, classes]}. */
    public INDArray gradLogits() {
      return value.gradLogits();
    }

    /** Gradient with respect to the features beside that by the logits; see {@link LossValue}. */
    public Optional<INDArray> gradFeatures() {
      return value.gradFeatures();
    }

    /**
     * Adds the gradient with respect to the classifier's weights by the augmentation alone, that is
     * beside the one by the logits, to {@code gradWeight}.
     */
    public void addWeightGradient(INDArray gradWeight) {
      if (ratio > 0) {
        forms.addWeightGradient(covariances, weight, gradForms(), gradWeight);
      }
    }

    /** Gradient with respect to the covariances. */
    public ClassRows covarianceGradient() {
      return forms.covarianceGradient(covariances.classes(), weight, gradForms());
    }

    /**
     * The derivative of {@link #covarianceGradient} as the logits move along {@code tangentLogits}
     * and the weights along {@code direction}: a mixed second derivative of the loss.
     *
     * @throws LongTailException if the second derivative of the loss that is augmented has no
     *     closed form
     */
    public ClassRows covarianceGradientTangent(INDArray tangentLogits, INDArray direction) {
      TwiceDifferentiable smooth = twiceDifferentiable();
      INDArray along =
          ratio == 0
              ? tangentLogits
              : sum(
                  tangentLogits,
                  forms.tangent(covariances, weight, direction),
                  ratio / 2,
                  rows,
                  moving);
      return forms.covarianceGradientTangent(
          covariances.classes(),
          weight,
          direction,
          gradForms(),
          grouped(smooth.gradientTangent(shifted, along)));
    }

    private INDArray gradForms() {
      if (gradForms.isEmpty()) {
        gradForms = Optional.of(grouped(value.gradLogits()));
      }
      return gradForms.orElseThrow();
    }

    /** Sums rows of the same class and multiplies by {@code r/2}; a class is not its own rival. */
    private INDArray grouped(INDArray ofSamples) {
      int classes = (int) ofSamples.size(1);
      int[] ofRows = covariances.classes();
      double[][] sums = new double[ofRows.length][classes];
      Rows from = Rows.of(ofSamples);
      double[] row = new double[classes];
      for (int i = 0; i < rows.length; i++) {
        from.read(i, row);
        double[] sum = sums[rows[i]];
        for (int c = 0; c < classes; c++) {
          sum[c] += row[c];
        }
      }
      for (int k = 0; k < ofRows.length; k++) {
        sums[k][ofRows[k]] = 0;
      }
      INDArray table = Nd4j.createUninitialized(ofSamples.dataType(), ofRows.length, classes);
      Rows to = Rows.of(table);
      for (int k = 0; k < ofRows.length; k++) {
        to.write(k, sums[k], ratio / 2);
      }
      return table;
    }
  }
}
