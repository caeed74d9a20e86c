package longtail.nn.head;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Factors of a vector that depend on nothing but its norm. */
public enum NormFactor {
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

  /**
   * The rows of {@code matrix} times {@code scale} and each its factor, a new array.
   *
   * @param power parameter of {@link #POWER}
   */
  public INDArray rows(INDArray matrix, double scale, double power) {
    double[] norms = matrix.norm2(1).toDoubleVector();
    for (int i = 0; i < norms.length; i++) {
      norms[i] = scale * of(norms[i], power);
    }
    INDArray factors = NormalizedProduct.vector(matrix.dataType(), norms);
    return matrix.mulColumnVector(factors.reshape('c', norms.length, 1));
  }

  /** The factor of a vector of length {@code norm}. */
  abstract double of(double norm, double power);

  /**
   * The derivative of the factor's logarithm along the vector {@code v} is {@code slope v}: the
   * derivative by the norm, over factor and norm.
   */
  abstract double slope(double norm, double power);
}
