package longtail.loss;

import java.util.Arrays;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/** How much the samples of a class count in a loss, by the number of its training images. */
public sealed interface ClassWeighting {
  /** The weights, {@code [classes]}, none negative. */
  double[] weights(ClassCounts counts);

  /** Every class weighs 1. */
  record Uniform() implements ClassWeighting {
    @Override
    public double[] weights(ClassCounts counts) {
      return weights(counts.classes());
    }

    double[] weights(int classes) {
      double[] ones = new double[classes];
      Arrays.fill(ones, 1);
      return ones;
    }
  }

  /**
   * {@code n_c^-exponent} with mean 1; see {@link ClassWeights#inversePower}.
   *
   * @param exponent finite and not negative
   */
  record InversePower(@Default("1.0") double exponent) implements ClassWeighting {
    /** Checks the range. */
    public InversePower {
      Ranges.notNegative("exponent", exponent);
    }

    @Override
    public double[] weights(ClassCounts counts) {
      return ClassWeights.inversePower(counts, exponent);
    }
  }

  /**
   * {@code (n_min / n_c)^exponent}: the rarest class weighs 1, the others less; see {@link
   * ClassWeights#cost}.
   *
   * @param exponent finite and not negative
   */
  record Cost(@Default("1.0") double exponent) implements ClassWeighting {
    /** Checks the range. */
    public Cost {
      Ranges.notNegative("exponent", exponent);
    }

    @Override
    public double[] weights(ClassCounts counts) {
      return ClassWeights.cost(counts, exponent);
    }
  }

  /**
   * {@code (1 - beta) / (1 - beta^n_c)} with mean 1; see {@link ClassWeights#effectiveNumber}.
   *
   * @param beta in [0, 1)
   */
  record EffectiveNumber(@Default("0.9999") double beta) implements ClassWeighting {
    /** Checks the range. */
    public EffectiveNumber {
      Ranges.fraction("beta", beta);
    }

    @Override
    public double[] weights(ClassCounts counts) {
      return ClassWeights.effectiveNumber(counts, beta);
    }
  }

  /**
   * Weights of one's own choice.
   *
   * @param values one per class, finite and not negative
   */
  record Given(List<Double> values) implements ClassWeighting {
    /** Checks the ranges. */
    public Given {
      values.forEach(value -> Ranges.notNegative("values", value));
      values = List.copyOf(values);
    }

    @Override
    public double[] weights(ClassCounts counts) {
      if (values.size() != counts.classes()) {
        throw new LongTailException(
            ErrorCode.CONFIG,
            "the given class weights must name each of the %d classes, named %d; list one value per class"
                .formatted(counts.classes(), values.size()));
      }
      return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }
}
