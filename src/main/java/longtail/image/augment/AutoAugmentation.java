package longtail.image.augment;

import java.util.List;
import longtail.image.RgbImage;
import longtail.image.augment.geometry.Resampling;

/** What the policies of AutoAugment are made of: each operation by a magnitude index, 0 to 9. */
public enum AutoAugmentation {
  /** {@link ShearX}, up to 0.3 either way. */
  SHEAR_X(0, 0.3),
  /** {@link ShearY}, up to 0.3 either way. */
  SHEAR_Y(0, 0.3),
  /** {@link TranslateX}, up to 150/331 of the width either way. */
  TRANSLATE_X(0, 150.0 / 331),
  /** {@link TranslateY}, up to 150/331 of the height either way. */
  TRANSLATE_Y(0, 150.0 / 331),
  /** {@link Rotate}, up to 30 degrees counter-clockwise. */
  ROTATE(0, 30),
  /** {@link Color} by a factor of 1 plus or minus up to 0.9. */
  COLOR(0, 0.9),
  /** {@link Posterize} to 8 to 4 bits. */
  POSTERIZE(8, 4),
  /** {@link Solarize} from a threshold of 256 to 0. */
  SOLARIZE(256, 0),
  /** {@link Contrast} by a factor of 1 plus or minus up to 0.9. */
  CONTRAST(0, 0.9),
  /** {@link Sharpness} by a factor of 1 plus or minus up to 0.9. */
  SHARPNESS(0, 0.9),
  /** {@link Brightness} by a factor of 1 plus or minus up to 0.9. */
  BRIGHTNESS(0, 0.9),
  /** {@link AutoContrast}. */
  AUTOCONTRAST(0, 0),
  /** {@link Equalize}. */
  EQUALIZE(0, 0),
  /** {@link Invert}. */
  INVERT(0, 0);

  /** The highest magnitude index. */
  public static final int LAST_INDEX = 9;

  private final double first;
  private final double last;

  AutoAugmentation(double first, double last) {
    this.first = first;
    this.last = last;
  }

  /** Whether the magnitude is negated by chance. */
  public boolean signed() {
    return switch (this) {
      case SHEAR_X, SHEAR_Y, TRANSLATE_X, TRANSLATE_Y, COLOR, CONTRAST, SHARPNESS, BRIGHTNESS ->
          true;
      case ROTATE, POSTERIZE, SOLARIZE, AUTOCONTRAST, EQUALIZE, INVERT -> false;
    };
  }

  /** The magnitude at {@code index}: evenly spaced from 0 to {@value #LAST_INDEX}. */
  public double magnitude(int index) {
    if (index < 0 || index > LAST_INDEX) {
      throw new IllegalArgumentException("index must be in [0, 9], was " + index);
    }
    double magnitude = index == LAST_INDEX ? last : first + index * ((last - first) / LAST_INDEX);
    return this == POSTERIZE ? Math.rint(magnitude) : magnitude;
  }

  /**
   * The changed image.
   *
   * @param index magnitude index, 0 to {@value #LAST_INDEX}
   * @param sign 1 or -1; ignored where the magnitude is never negated
   * @param fill red, green and blue of the places that a moved image leaves bare
   */
  public RgbImage apply(RgbImage image, int index, int sign, List<Integer> fill) {
    double magnitude = magnitude(index);
    double change = sign * magnitude;
    Operation operation =
        switch (this) {
          case SHEAR_X -> new ShearX(change, Resampling.BICUBIC, fill);
          case SHEAR_Y -> new ShearY(change, Resampling.BICUBIC, fill);
          case TRANSLATE_X -> new TranslateX(change * image.width(), Resampling.NEAREST, fill);
          case TRANSLATE_Y -> new TranslateY(change * image.height(), Resampling.NEAREST, fill);
          case ROTATE -> new Rotate(magnitude, Resampling.NEAREST, fill);
          case COLOR -> new Color(1 + change);
          case POSTERIZE -> new Posterize((int) magnitude);
          case SOLARIZE -> new Solarize(magnitude);
          case CONTRAST -> new Contrast(1 + change);
          case SHARPNESS -> new Sharpness(1 + change);
          case BRIGHTNESS -> new Brightness(1 + change);
          case AUTOCONTRAST -> new AutoContrast();
          case EQUALIZE -> new Equalize();
          case INVERT -> new Invert();
        };
    return operation.apply(image);
  }
}
