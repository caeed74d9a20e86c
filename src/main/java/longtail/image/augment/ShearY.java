package longtail.image.augment;

import java.util.List;
import longtail.config.Default;
import longtail.image.RgbImage;
import longtail.image.augment.geometry.Affine;
import longtail.image.augment.geometry.Fill;
import longtail.image.augment.geometry.Resampling;

/**
 * Moves every column up or down in proportion to its position: output row y shows row {@code y +
 * amount * x}.
 *
 * @param amount rows per column
 * @param resampling how samples between pixels are computed
 * @param fill red, green and blue of the places left bare
 */
public record ShearY(
    double amount,
    @Default("bicubic") Resampling resampling,
    @Default("[128, 128, 128]") List<Integer> fill)
    implements Operation {
  private static final long serialVersionUID = 1L;

  /** Checks the distance and the colour. */
  public ShearY {
    if (!Double.isFinite(amount)) {
      throw new IllegalArgumentException("amount must be finite, was " + amount);
    }
    fill = Fill.require(fill);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    return new Affine(1, 0, 0, amount, 1, 0).apply(image, resampling, fill);
  }
}
