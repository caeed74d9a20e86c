package longtail.image.augment;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import longtail.config.Default;
import longtail.image.RgbImage;
import longtail.image.augment.geometry.Affine;
import longtail.image.augment.geometry.Fill;
import longtail.image.augment.geometry.Resampling;

/**
 * Turns the image about its centre.
 *
 * @param degrees angle, counter-clockwise
 * @param resampling how samples between pixels are computed
 * @param fill red, green and blue of the places left bare
 */
public record Rotate(
    double degrees,
    @Default("nearest") Resampling resampling,
    @Default("[128, 128, 128]") List<Integer> fill)
    implements Operation {
  private static final long serialVersionUID = 1L;
  private static final int DECIMALS = 15;

  /** Checks the angle and the colour. */
  public Rotate {
    if (!Double.isFinite(degrees)) {
      throw new IllegalArgumentException("degrees must be finite, was " + degrees);
    }
    fill = Fill.require(fill);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    double turned = degrees % 360;
    if (turned < 0) {
      turned += 360;
    }
    if (turned == 0) {
      return image;
    }
    double radians = -Math.toRadians(turned);
    double cosine = rounded(Math.cos(radians));
    double sine = rounded(Math.sin(radians));
    double x = image.width() / 2.0;
    double y = image.height() / 2.0;
    return new Affine(
            cosine, sine, cosine * -x + sine * -y + x, -sine, cosine, -sine * -x + cosine * -y + y)
        .apply(image, resampling, fill);
  }

  /** To the decimals that PIL keeps, so that quarter turns are exact. */
  private static double rounded(double value) {
    return new BigDecimal(value).setScale(DECIMALS, RoundingMode.HALF_EVEN).doubleValue();
  }
}
