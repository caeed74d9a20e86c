package longtail.image.augment;

import java.util.List;
import longtail.image.RgbImage;
import longtail.image.augment.geometry.Resampling;

/** What RandAugment chooses from: each operation by its level, 0 to {@value #LEVELS}. */
public enum RandAugmentation {
  /** {@link AutoContrast}. */
  AUTO_CONTRAST(Kind.FIXED, 0.025),
  /** {@link Equalize}. */
  EQUALIZE(Kind.FIXED, 0.005),
  /** {@link Invert}. */
  INVERT(Kind.FIXED, 0),
  /** No change. */
  IDENTITY(Kind.FIXED, 0),
  /** {@link Rotate} by up to 30 degrees either way. */
  ROTATE(Kind.MOVE, 0.3),
  /** {@link Posterize} to 4 to 8 bits, more at higher levels. */
  POSTERIZE_ORIGINAL(Kind.COLOR, 0),
  /** {@link Posterize} to 4 to 0 bits, fewer at higher levels. */
  POSTERIZE_RESEARCH(Kind.COLOR, 0),
  /** {@link Posterize} to 0 to 4 bits, more at higher levels. */
  POSTERIZE_TPU(Kind.COLOR, 0),
  /** {@link Solarize} from a threshold that is higher at higher levels. */
  SOLARIZE(Kind.COLOR, 0.005),
  /** {@link SolarizeAdd} of up to 110. */
  SOLARIZE_ADD(Kind.COLOR, 0.005),
  /** {@link Color} by a factor of 0.1 to 1.9. */
  COLOR(Kind.COLOR, 0.025),
  /** {@link Contrast} by a factor of 0.1 to 1.9. */
  CONTRAST(Kind.COLOR, 0.005),
  /** {@link Brightness} by a factor of 0.1 to 1.9. */
  BRIGHTNESS(Kind.COLOR, 0.005),
  /** {@link Sharpness} by a factor of 0.1 to 1.9. */
  SHARPNESS(Kind.COLOR, 0.025),
  /** {@link ShearX} by up to 0.3 either way. */
  SHEAR_X(Kind.MOVE, 0.2),
  /** {@link ShearY} by up to 0.3 either way. */
  SHEAR_Y(Kind.MOVE, 0.2),
  /** {@link TranslateX} by a number of pixels either way. */
  TRANSLATE_X(Kind.MOVE, 0),
  /** {@link TranslateY} by a number of pixels either way. */
  TRANSLATE_Y(Kind.MOVE, 0),
  /** {@link TranslateX} by up to 0.45 of the width either way. */
  TRANSLATE_X_REL(Kind.MOVE, 0.1),
  /** {@link TranslateY} by up to 0.45 of the height either way. */
  TRANSLATE_Y_REL(Kind.MOVE, 0.1);

  /** The highest level. */
  public static final int LEVELS = 10;

  private enum Kind {
    /** Takes no argument. */
    FIXED,
    /** Changes samples where they are. */
    COLOR,
    /** Moves pixels, in either direction. */
    MOVE
  }

  private final Kind kind;
  private final double weight;

  RandAugmentation(Kind kind, double weight) {
    this.kind = kind;
    this.weight = weight;
  }

  /** Share of the draws in the weighted choice. */
  public double weight() {
    return weight;
  }

  /** Whether the argument may be negated. */
  public boolean signed() {
    return kind == Kind.MOVE;
  }

  /**
   * The argument of the operation: degrees, bits, threshold, factor, fraction or pixels; 0 where it
   * takes none.
   *
   * @param level strength, 0 to {@value #LEVELS}
   * @param reach largest distance in pixels of {@link #TRANSLATE_X} and {@link #TRANSLATE_Y}
   */
  public double argument(double level, double reach) {
    double strength = level / LEVELS;
    return switch (this) {
      case AUTO_CONTRAST, EQUALIZE, INVERT, IDENTITY -> 0;
      case ROTATE -> strength * 30;
      case POSTERIZE_ORIGINAL -> (int) (strength * 4) + 4;
      case POSTERIZE_RESEARCH -> 4 - (int) (strength * 4);
      case POSTERIZE_TPU -> (int) (strength * 4);
      case SOLARIZE -> (int) (strength * 256);
      case SOLARIZE_ADD -> (int) (strength * 110);
      case COLOR, CONTRAST, BRIGHTNESS, SHARPNESS -> strength * 1.8 + 0.1;
      case SHEAR_X, SHEAR_Y -> strength * 0.3;
      case TRANSLATE_X, TRANSLATE_Y -> strength * reach;
      case TRANSLATE_X_REL, TRANSLATE_Y_REL -> strength * 0.45;
    };
  }

  /** The image changed with {@code argument}, its sign included. */
  public RgbImage apply(
      RgbImage image, double argument, Resampling resampling, List<Integer> fill) {
    if (this == IDENTITY) {
      return image;
    }
    Operation operation =
        switch (this) {
          case AUTO_CONTRAST -> new AutoContrast();
          case EQUALIZE -> new Equalize();
          case INVERT, IDENTITY -> new Invert();
          case ROTATE -> new Rotate(argument, resampling, fill);
          case POSTERIZE_ORIGINAL, POSTERIZE_RESEARCH, POSTERIZE_TPU ->
              new Posterize((int) argument);
          case SOLARIZE -> new Solarize(argument);
          case SOLARIZE_ADD -> new SolarizeAdd((int) argument);
          case COLOR -> new Color(argument);
          case CONTRAST -> new Contrast(argument);
          case BRIGHTNESS -> new Brightness(argument);
          case SHARPNESS -> new Sharpness(argument);
          case SHEAR_X -> new ShearX(argument, resampling, fill);
          case SHEAR_Y -> new ShearY(argument, resampling, fill);
          case TRANSLATE_X -> new TranslateX(argument, resampling, fill);
          case TRANSLATE_Y -> new TranslateY(argument, resampling, fill);
          case TRANSLATE_X_REL -> new TranslateX(argument * image.width(), resampling, fill);
          case TRANSLATE_Y_REL -> new TranslateY(argument * image.height(), resampling, fill);
        };
    return operation.apply(image);
  }
}
