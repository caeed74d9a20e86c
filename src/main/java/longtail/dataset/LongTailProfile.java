package longtail.dataset;

import java.io.Serializable;

/** The shape of a long tail: how many images class 0, 1, ... keep of a balanced set. */
public sealed interface LongTailProfile extends Serializable {

  /**
   * Images per class.
   *
   * @param largest images of a class of the balanced set; need not be whole (images / classes)
   * @param classes number of classes
   * @return counts, largest class first, fractions cut off
   */
  ClassCounts counts(double largest, int classes);

  /** The exponential profile of the given imbalance factor (largest over smallest class). */
  static LongTailProfile exponential(double imbalanceFactor) {
    return new Exponential(ratio(imbalanceFactor));
  }

  /** The step profile of the given imbalance factor (largest over smallest class). */
  static LongTailProfile step(double imbalanceFactor) {
    return new Step(ratio(imbalanceFactor));
  }

  /**
   * {@code n_c = largest * ratio^(c / (classes - 1))} (Cui et al., "Class-Balanced Loss", 2019; Cao
   * et al., "LDAM", 2019).
   *
   * @param ratio smallest over largest class, in (0, 1]
   */
  record Exponential(double ratio) implements LongTailProfile {
    /** Checks the ratio. */
    public Exponential {
      checkRatio(ratio);
    }

    @Override
    public ClassCounts counts(double largest, int classes) {
      int[] n = new int[classes];
      for (int c = 0; c < classes; c++) {
        double position = classes == 1 ? 0 : c / (classes - 1.0);
        // StrictMath: the same count on every machine
        n[c] = (int) (largest * StrictMath.pow(ratio, position));
      }
      return ClassCounts.of(n);
    }
  }

  /**
   * The first half of the classes keeps all, the other {@code largest * ratio} (Buda et al., "A
   * systematic study of the class imbalance problem", 2018). Of an odd number of classes the larger
   * part is small.
   *
   * @param ratio smallest over largest class, in (0, 1]
   */
  record Step(double ratio) implements LongTailProfile {
    /** Checks the ratio. */
    public Step {
      checkRatio(ratio);
    }

    @Override
    public ClassCounts counts(double largest, int classes) {
      int[] n = new int[classes];
      for (int c = 0; c < classes; c++) {
        n[c] = (int) (c < classes / 2 ? largest : largest * ratio);
      }
      return ClassCounts.of(n);
    }
  }

  private static double ratio(double imbalanceFactor) {
    if (!(imbalanceFactor >= 1)) {
      throw new IllegalArgumentException(
          "the imbalance factor must be at least 1, was " + imbalanceFactor);
    }
    return 1 / imbalanceFactor;
  }

  private static void checkRatio(double ratio) {
    if (!(ratio > 0 && ratio <= 1)) {
      throw new IllegalArgumentException("ratio must be in (0, 1], was " + ratio);
    }
  }
}
