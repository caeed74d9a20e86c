package longtail.sample;

import java.util.Arrays;
import java.util.Optional;
import longtail.config.Default;
import longtail.dataset.ClassCounts;

/**
 * Weights of classes between instance and class-balanced sampling, possibly moving from epoch to
 * epoch: {@code lambda b_c + (1 - lambda) n_c} with {@code b_c} the same for all classes, or in
 * proportion to a root of {@code n_c}.
 *
 * @param balanceScale the sum of {@code b} over the number of images
 * @param lambda the share of {@code b}, in [0, 1]; absent: it moves by {@code shift}
 * @param shift how the share of {@code b} moves over the epochs
 * @param root {@code b_c} in proportion to {@code n_c^(1 / root)}, at least 1; absent: the same for
 *     all classes
 * @param rootDecay how the root moves over the epochs; if it does, {@code lambda} is 1
 * @param decayGap epochs between two changes of the root, at least 1
 */
public record ManualWeights(
    @Default("1") double balanceScale,
    Optional<Double> lambda,
    @Default("linear") Shift shift,
    Optional<Double> root,
    @Default("none") RootDecay rootDecay,
    @Default("30") int decayGap) {
  /** How the share of the balanced weights moves. */
  public enum Shift {
    /** From 0 to 1. */
    LINEAR,
    /** Three times from 0 to 1, each in a third of the epochs. */
    PERIODIC,
    /** From 0 to 1, back to 0 and to 1 again, each in a third of the epochs. */
    ZIGZAG
  }

  /** How the root moves, from 1, where the weights are those of instance sampling. */
  public enum RootDecay {
    /** It does not. */
    NONE,
    /** Doubled at each change. */
    EXP,
    /** One more at each change. */
    LINEAR,
    /** A constant factor after each epoch, so that the last epoch has the given root. */
    AUTOEXP
  }

  /** Checks the ranges. */
  public ManualWeights {
    if (!(balanceScale > 0) || Double.isInfinite(balanceScale)) {
      throw new IllegalArgumentException(
          "balance-scale must be positive and finite, was " + balanceScale);
    }
    if (lambda.isPresent() && !(lambda.get() >= 0 && lambda.get() <= 1)) {
      throw new IllegalArgumentException("lambda must be in [0, 1], was " + lambda.get());
    }
    if (root.isPresent() && !(root.get() >= 1)) {
      throw new IllegalArgumentException("root must be at least 1, was " + root.get());
    }
    if (rootDecay == RootDecay.AUTOEXP && root.isEmpty()) {
      throw new IllegalArgumentException("root must be given where root-decay is autoexp");
    }
    if (decayGap < 1) {
      throw new IllegalArgumentException("decay-gap must be at least 1, was " + decayGap);
    }
  }

  /** Whether the weights differ from epoch to epoch. */
  public boolean moving() {
    return lambda.isEmpty() || rootDecay != RootDecay.NONE;
  }

  /**
   * Weight of each class, {@code [classes]}, in epoch {@code epoch} (from 0, clipped to the last)
   * of {@code epochs}; 0 for a class without images.
   */
  public double[] ofClasses(ClassCounts counts, int epoch, int epochs) {
    double[] weights = balanced(counts, root(epoch, epochs));
    double share = share(Math.min(epoch, epochs - 1), epochs);
    for (int c = 0; c < weights.length; c++) {
      weights[c] = share * weights[c] + (1 - share) * counts.count(c);
    }
    return weights;
  }

  private double[] balanced(ClassCounts counts, Optional<Double> root) {
    double images = counts.total();
    double[] balanced =
        ClassProbabilities.proportional(
            counts, n -> root.map(r -> Math.pow(n / images, 1 / r)).orElse(1.0));
    return Arrays.stream(balanced).map(b -> b * images * balanceScale).toArray();
  }

  private Optional<Double> root(int epoch, int epochs) {
    int changes = epoch / decayGap;
    return switch (rootDecay) {
      case NONE -> root;
      case EXP -> Optional.of(Math.pow(2, changes));
      case LINEAR -> Optional.of(1.0 + changes);
      case AUTOEXP -> Optional.of(Math.pow(root.orElseThrow(), ramp(epoch, epochs)));
    };
  }

  private double share(int epoch, int epochs) {
    if (rootDecay != RootDecay.NONE) {
      return 1;
    }
    if (lambda.isPresent()) {
      return lambda.get();
    }
    int third = Math.max(1, epochs / 3);
    double ramp = ramp(epoch % third, third);
    boolean last = epoch >= 3 * third;
    return switch (shift) {
      case LINEAR -> ramp(epoch, epochs);
      case PERIODIC -> last ? 1 : ramp;
      case ZIGZAG -> last ? 1 : epoch / third == 1 ? 1 - ramp : ramp;
    };
  }

  /** From 0 at 0 to 1 at {@code length - 1}. */
  private static double ramp(int at, int length) {
    return length == 1 ? 0 : at / (length - 1.0);
  }
}
