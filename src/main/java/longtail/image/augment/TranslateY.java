package longtail.image.augment;

import java.util.List;
import longtail.config.Default;
import longtail.image.RgbImage;
import longtail.image.augment.geometry.Affine;
import longtail.image.augment.geometry.Fill;
import longtail.image.augment.geometry.Resampling;

/**
 * Moves the image up or down.
 *
 * @param pixels distance upwards; negative moves downwards
 * @param resampling how samples between pixels are computed
 * @param fill red, green and blue of the places left bare
 */
public record TranslateY(
    double pixels,
    @Default("nearest") Resampling resampling,
    @Default("[128, 128, 128]") List<Integer> fill)
    implements Operation {
  private static final long serialVersionUID = 1L;

  /** Checks the distance and the colour. */
  public TranslateY {
    if (!Double.isFinite(pixels)) {
      throw new IllegalArgumentException("pixels must be finite, was " + pixels);
    }
    fill = Fill.require(fill);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    return new Affine(1, 0, 0, 0, 1, pixels).apply(image, resampling, fill);
  }
}
