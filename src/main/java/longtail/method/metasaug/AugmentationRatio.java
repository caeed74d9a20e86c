package longtail.method.metasaug;

import longtail.config.Default;

/** How the strength of {@link Metasaug}'s augmentation changes over a stage, up to its lambda. */
public sealed interface AugmentationRatio {
  /**
   * The ratio in an epoch.
   *
   * @param lambda ratio at the end of the stage
   * @param epoch from 0
   * @param epochs epochs of the stage
   */
  double of(double lambda, int epoch, int epochs);

  /** The first epoch with a ratio above 0, where lambda is. */
  int firstEpoch();

  /**
   * {@code lambda (from + (1 - from) epoch / epochs)}.
   *
   * @param from part of lambda in the first epoch, in [0, 1]. 0 is the published code's; a stage
   *     that is the last part of a longer training begins with the part of the epochs before it,
   *     such as 0.8 for the last 40 of 200
   */
  record Linear(@Default("0") double from) implements AugmentationRatio {
    /** Checks the range. */
    public Linear {
      if (!(from >= 0 && from <= 1)) {
        throw new IllegalArgumentException("from must be in [0, 1], was " + from);
      }
    }

    @Override
    public double of(double lambda, int epoch, int epochs) {
      return lambda * (from * (epochs - epoch) + epoch) / epochs;
    }

    @Override
    public int firstEpoch() {
      return from > 0 ? 0 : 1;
    }
  }

  /** Lambda in every epoch. */
  record Constant() implements AugmentationRatio {
    @Override
    public double of(double lambda, int epoch, int epochs) {
      return lambda;
    }

    @Override
    public int firstEpoch() {
      return 0;
    }
  }
}
