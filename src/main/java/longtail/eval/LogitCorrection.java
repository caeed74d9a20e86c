package longtail.eval;

import java.io.Serializable;
import java.util.Arrays;
import longtail.dataset.ClassCounts;

/**
 * A correction of a trained model's logits, class by class: {@code z' = scale * z + shift}. Both
 * tau normalisation and logit adjustment after training are of this form, so one pass over the data
 * serves any number of them. Immutable.
 */
public final class LogitCorrection implements Serializable {
  private static final long serialVersionUID = 1L;

  private final double[] scales;
  private final double[] shifts;

  private LogitCorrection(double[] scales, double[] shifts) {
    this.scales = scales;
    this.shifts = shifts;
  }

  /** Leaves logits of {@code classes} classes as they are. */
  public static LogitCorrection none(int classes) {
    double[] ones = new double[classes];
    Arrays.fill(ones, 1);
    return new LogitCorrection(ones, new double[classes]);
  }

  /**
   * The logits of a linear classifier whose weight rows were divided by a power of their norm (Kang
   * et al., "Decoupling Representation and Classifier for Long-Tailed Recognition", 2020); the bias
   * stays.
   *
   * @param norms of the rows, one per class; a row of zeros stays
   * @param bias of each class
   * @param tau the power
   */
  public static LogitCorrection tauNormalized(double[] norms, double[] bias, double tau) {
    double[] scales =
        Arrays.stream(norms).map(norm -> norm == 0 ? 1 : Math.pow(norm, -tau)).toArray();
    double[] shifts = new double[scales.length];
    Arrays.setAll(shifts, c -> bias[c] * (1 - scales[c]));
    return new LogitCorrection(scales, shifts);
  }

  /**
   * This correction, then logit adjustment after training (Menon et al., "Long-tail learning via
   * logit adjustment", 2021): {@code z - tau * log prior}. A class without training images counts
   * as one with a single image.
   *
   * @param counts training images of each class
   * @param tau how much of the log prior is taken off
   */
  public LogitCorrection adjusted(ClassCounts counts, double tau) {
    if (counts.classes() != shifts.length) {
      throw new IllegalArgumentException(
          "class counts must be those of %d classes, were of %d"
              .formatted(shifts.length, counts.classes()));
    }
    int[] images = counts.toArray();
    double[] adjusted = new double[shifts.length];
    double log = Math.log(Math.max(1, Arrays.stream(images).asDoubleStream().sum()));
    Arrays.setAll(adjusted, c -> shifts[c] - tau * (Math.log(Math.max(1, images[c])) - log));
    return new LogitCorrection(scales, adjusted);
  }

  /** Number of classes. */
  public int classes() {
    return scales.length;
  }

  /** What each logit is multiplied by, a copy, {@code [classes]}. */
  public double[] scales() {
    return scales.clone();
  }

  /** What is then added to each logit, a copy, {@code [classes]}. */
  public double[] shifts() {
    return shifts.clone();
  }

  /** The corrected logits of one sample, a new array. */
  public float[] apply(float[] logits) {
    float[] corrected = new float[logits.length];
    for (int c = 0; c < logits.length; c++) {
      corrected[c] = (float) (scales[c] * logits[c] + shifts[c]);
    }
    return corrected;
  }
}
