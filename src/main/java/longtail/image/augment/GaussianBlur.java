package longtail.image.augment;

import java.util.List;
import java.util.SplittableRandom;
import longtail.config.Default;
import longtail.image.RgbImage;

/**
 * Blurs some images by a Gaussian of random width, as PIL does: by three box means along each axis.
 *
 * @param probability share of the images, 0 to 1
 * @param sigma smallest and largest standard deviation in pixels
 */
public record GaussianBlur(
    @Default("0.5") double probability, @Default("[0.1, 2.0]") List<Double> sigma)
    implements Transform {
  private static final long serialVersionUID = 1L;

  /** Checks the probability and the range. */
  public GaussianBlur {
    Probability.require(probability);
    sigma = PositiveRange.require(sigma, "sigma");
    Lengths.require("sigma", sigma.get(1));
  }

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    if (random.nextDouble() >= probability) {
      return image;
    }
    return blur(image, PositiveRange.draw(sigma.get(0), sigma.get(1), random));
  }

  /** The image blurred with standard deviation {@code sigma}, at least 0. */
  public static RgbImage blur(RgbImage image, double sigma) {
    float radius = boxRadius(sigma);
    return radius == 0 ? image : BoxBlur.of(radius).apply(image);
  }

  /** Half-width, possibly fractional, of the box whose third power is nearest to the Gaussian. */
  public static float boxRadius(double sigma) {
    float width = (float) sigma;
    float variance = width * width / BoxBlur.PASSES;
    float length = (float) Math.sqrt(12.0 * variance + 1.0);
    float whole = (float) Math.floor((length - 1.0) / 2.0);
    float fraction = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
    fraction /= 6 * (variance - (whole + 1) * (whole + 1));
    return whole + fraction;
  }
}
