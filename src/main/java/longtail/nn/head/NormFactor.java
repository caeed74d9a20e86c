package longtail.nn.head;

/** Factors of a vector that depend on nothing but its norm. */
enum NormFactor {
  /** One. */
  NONE {
    @Override
    double of(double norm, double power) {
      return 1;
    }

    @Override
    double slope(double norm, double power) {
      return 0;
    }
  },
  /** The inverse of the norm, which makes a unit vector. */
  UNIT {
    @Override
    double of(double norm, double power) {
      return 1 / Math.max(norm, SMALLEST);
    }

    @Override
    double slope(double norm, double power) {
      return norm > SMALLEST ? -1 / (norm * norm) : 0;
    }
  },
  /** {@code 1 / (1 + norm)}: short vectors stay short, long ones become unit vectors. */
  SQUASHED {
    @Override
    double of(double norm, double power) {
      return 1 / (1 + norm);
    }

    @Override
    double slope(double norm, double power) {
      return norm > 0 ? -1 / ((1 + norm) * norm) : 0;
    }
  },
  /** The inverse of a power of the norm; a vector of zeros stays. */
  POWER {
    @Override
    double of(double norm, double power) {
      return norm > 0 ? Math.pow(norm, -power) : 1;
    }

    @Override
    double slope(double norm, double power) {
      return norm > 0 ? -power / (norm * norm) : 0;
    }
  };

  private static final double SMALLEST = 1e-12;

  /** The factor of a vector of length {@code norm}. */
  abstract double of(double norm, double power);

  /**
   * The derivative of the factor's logarithm along the vector {@code v} is {@code slope v}: the
   * derivative by the norm, over factor and norm.
   */
  abstract double slope(double norm, double power);
}
