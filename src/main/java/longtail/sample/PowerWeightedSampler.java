package longtail.sample;

import java.util.Optional;
import longtail.config.Default;
import longtail.dataset.ClassCounts;

/**
 * Every image with weight {@code n_c^-exponent}, so a class of {@code n_c} images in proportion to
 * {@code n_c^(1 - exponent)}: at 0 as instance sampling, but with replacement, at 1 class-balanced,
 * beyond that the rare classes more often than the others (the second loader of GLMC, whose option
 * is resample_weighting).
 *
 * @param exponent finite and not negative
 */
public record PowerWeightedSampler(@Default("0.2") double exponent) implements Sampler {
  /** Checks the exponent. */
  public PowerWeightedSampler {
    if (!(exponent >= 0) || Double.isInfinite(exponent)) {
      throw new IllegalArgumentException(
          "exponent must be finite and not negative, was " + exponent);
    }
  }

  @Override
  public Optional<double[]> classProbabilities(ClassCounts counts, int epoch, int epochs) {
    return Optional.of(ClassProbabilities.proportional(counts, n -> Math.pow(n, 1 - exponent)));
  }
}
