package longtail.image.augment;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.config.Default;
import longtail.image.RgbImage;
import longtail.image.augment.geometry.Fill;
import longtail.image.augment.geometry.Resampling;

/**
 * A few operations drawn from a list, each done with probability 1/2 (Cubuk et al., 2020).
 *
 * @param config {@code rand[-mM][-nN][-mstdS][-w0]}, see {@link RandAugmentConfig#parse}
 * @param operations what is chosen from, {@link #STANDARD} by default
 * @param interpolation resampling of moved images; absent = bilinear or bicubic by chance
 * @param translatePixels largest distance of {@code translate-x} and {@code translate-y}
 * @param fill red, green and blue of the places that a moved image leaves bare
 */
public record RandAugment(
    @Default("rand-n2-m10-mstd0.5") String config,
    @Default(
            "[auto-contrast, equalize, invert, rotate, posterize-tpu, solarize, solarize-add, color,"
                + " contrast, brightness, sharpness, shear-x, shear-y, translate-x-rel,"
                + " translate-y-rel]")
        List<RandAugmentation> operations,
    Optional<Resampling> interpolation,
    @Default("100") double translatePixels,
    @Default("[124, 116, 104]") List<Integer> fill)
    implements Transform {
  private static final long serialVersionUID = 1L;

  /** The usual list. */
  public static final List<RandAugmentation> STANDARD =
      List.of(
          RandAugmentation.AUTO_CONTRAST,
          RandAugmentation.EQUALIZE,
          RandAugmentation.INVERT,
          RandAugmentation.ROTATE,
          RandAugmentation.POSTERIZE_TPU,
          RandAugmentation.SOLARIZE,
          RandAugmentation.SOLARIZE_ADD,
          RandAugmentation.COLOR,
          RandAugmentation.CONTRAST,
          RandAugmentation.BRIGHTNESS,
          RandAugmentation.SHARPNESS,
          RandAugmentation.SHEAR_X,
          RandAugmentation.SHEAR_Y,
          RandAugmentation.TRANSLATE_X_REL,
          RandAugmentation.TRANSLATE_Y_REL);

  /** The short list, without changes of colour. */
  public static final List<RandAugmentation> CMC =
      List.of(
          RandAugmentation.AUTO_CONTRAST,
          RandAugmentation.IDENTITY,
          RandAugmentation.ROTATE,
          RandAugmentation.SHARPNESS,
          RandAugmentation.SHEAR_X,
          RandAugmentation.SHEAR_Y,
          RandAugmentation.TRANSLATE_X_REL,
          RandAugmentation.TRANSLATE_Y_REL);

  /** Probability with which a chosen operation is done. */
  public static final double PROBABILITY = 0.5;

  /** Checks the configuration, the list and the colour. */
  public RandAugment {
    RandAugmentConfig parsed = RandAugmentConfig.parse(config);
    operations = List.copyOf(operations);
    if (operations.isEmpty()) {
      throw new IllegalArgumentException("operations must name at least one");
    }
    long weighted = operations.stream().filter(operation -> operation.weight() > 0).count();
    if (parsed.choice() == RandAugmentConfig.Choice.WEIGHTED && parsed.layers() > weighted) {
      throw new IllegalArgumentException(
          "config '%s' draws %d different operations, but only %d of the list have a weight"
              .formatted(config, parsed.layers(), weighted));
    }
    if (!Double.isFinite(translatePixels)) {
      throw new IllegalArgumentException("translate-pixels must be finite, was " + translatePixels);
    }
    fill = Fill.require(fill);
  }

  /**
   * The draws of one operation.
   *
   * @param apply uniform from [0, 1); above {@link #PROBABILITY} the operation is left out
   * @param level before it is clipped to 0 to 10
   * @param sign uniform from [0, 1); above 1/2 an argument with a sign is negated
   * @param resampling for operations that move pixels
   */
  public record Draw(double apply, double level, double sign, Resampling resampling) {}

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    RandAugmentConfig parsed = RandAugmentConfig.parse(config);
    double[] weights = weights(parsed.choice());
    RgbImage changed = image;
    for (int layer = 0; layer < parsed.layers(); layer++) {
      int chosen = chosen(weights, random);
      if (parsed.choice() == RandAugmentConfig.Choice.WEIGHTED) {
        weights[chosen] = 0;
      }
      changed = apply(changed, operations.get(chosen), draw(parsed, random));
    }
    return changed;
  }

  /** The image after one operation with the given draws. */
  public RgbImage apply(RgbImage image, RandAugmentation operation, Draw draw) {
    if (draw.apply() > PROBABILITY) {
      return image;
    }
    double level = Math.max(0, Math.min(RandAugmentation.LEVELS, draw.level()));
    double argument = operation.argument(level, translatePixels);
    boolean negated = operation.signed() && draw.sign() > 0.5;
    return operation.apply(image, negated ? -argument : argument, draw.resampling(), fill);
  }

  private Draw draw(RandAugmentConfig parsed, SplittableRandom random) {
    double apply = random.nextDouble();
    double level = parsed.magnitude();
    if (parsed.deviation() > 0) {
      level += parsed.deviation() * RandomStreams.gaussian(random);
    }
    double sign = random.nextDouble();
    Resampling either = random.nextBoolean() ? Resampling.BILINEAR : Resampling.BICUBIC;
    return new Draw(apply, level, sign, interpolation.orElse(either));
  }

  private double[] weights(RandAugmentConfig.Choice choice) {
    double[] weights = new double[operations.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = choice == RandAugmentConfig.Choice.WEIGHTED ? operations.get(i).weight() : 1;
    }
    return weights;
  }

  private static int chosen(double[] weights, SplittableRandom random) {
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    double left = random.nextDouble() * total;
    int chosen = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        chosen = i;
        left -= weights[i];
        if (left < 0) {
          break;
        }
      }
    }
    return chosen;
  }
}
