package longtail.image.augment.object;

import longtail.image.ActivationMap;
import longtail.image.RgbImage;

/** A change of place of an object in its image; what comes from outside the image is black. */
public sealed interface ObjectMove {
  /** The image, all of it moved. */
  RgbImage apply(RgbImage image);

  /** The map, all of it moved; level 0 where nothing of it came to. */
  ActivationMap apply(ActivationMap map);

  /**
   * A turn about the object's centre, with scaling.
   *
   * @param bounds of the object
   * @param degrees to the left
   * @param percent size afterwards, above 0
   */
  record RotateScale(ObjectBounds bounds, int degrees, int percent) implements ObjectMove {
    /** Checks the size. */
    public RotateScale {
      if (percent < 1) {
        throw new IllegalArgumentException("percent must be at least 1, was " + percent);
      }
    }

    /** Rows of the matrix that takes {@code (x, y, 1)} to its new place, {@code [2, 3]}. */
    public double[] matrix() {
      AffineMotion m = motion();
      return new double[] {m.a(), m.b(), m.c(), m.d(), m.e(), m.f()};
    }

    @Override
    public RgbImage apply(RgbImage image) {
      return motion().apply(image);
    }

    @Override
    public ActivationMap apply(ActivationMap map) {
      return motion().apply(map);
    }

    private AffineMotion motion() {
      return AffineMotion.rotation(bounds.centreX(), bounds.centreY(), degrees, percent / 100.0);
    }
  }

  /**
   * A shift.
   *
   * @param columns to the right
   * @param rows down
   */
  record Translate(int columns, int rows) implements ObjectMove {
    @Override
    public RgbImage apply(RgbImage image) {
      return AffineMotion.translation(columns, rows).apply(image);
    }

    @Override
    public ActivationMap apply(ActivationMap map) {
      return AffineMotion.translation(columns, rows).apply(map);
    }
  }

  /** Left and right exchanged. */
  record Flip() implements ObjectMove {
    @Override
    public RgbImage apply(RgbImage image) {
      return image.mirrored();
    }

    @Override
    public ActivationMap apply(ActivationMap map) {
      return map.mirrored();
    }
  }
}
