package longtail.image.augment.object;

import java.util.SplittableRandom;
import longtail.image.ActivationMap;
import longtail.image.RgbImage;

/**
 * The part of an image that speaks for its class, and the image with this part moved before the old
 * background (Zhang et al., "Bag of Tricks for Long-Tailed Visual Recognition", 2021).
 *
 * <p>A pixel belongs to it whose level in the class activation map is at least three quarters of
 * the mean level.
 */
public final class Foreground {
  private static final double SHARE_OF_MEAN = 0.75;

  private final double threshold;
  private final ActivationMap object;
  private final boolean[] inside;

  private Foreground(double threshold, ActivationMap object, boolean[] inside) {
    this.threshold = threshold;
    this.object = object;
    this.inside = inside;
  }

  /** The foreground by {@code map}, which has the size of the image. */
  public static Foreground of(ActivationMap map) {
    double threshold = SHARE_OF_MEAN * map.mean();
    byte[] levels = map.levels().clone();
    boolean[] inside = new boolean[levels.length];
    for (int i = 0; i < levels.length; i++) {
      inside[i] = map.level(i) >= threshold;
      if (!inside[i]) {
        levels[i] = 0;
      }
    }
    return new Foreground(threshold, new ActivationMap(map.height(), map.width(), levels), inside);
  }

  /** The least level of the foreground. */
  public double threshold() {
    return threshold;
  }

  /** The map with level 0 on the background. */
  public ActivationMap object() {
    return object;
  }

  /** The rows and columns of the foreground. */
  public ObjectBounds bounds(ObjectBounds.End end) {
    return ObjectBounds.of(object, end);
  }

  /** {@code image} with the foreground moved by a drawn move of the kind {@code operator}. */
  public RgbImage augment(
      RgbImage image, ObjectOperator operator, ObjectBounds.End end, SplittableRandom random) {
    ObjectMove move = operator.draw(bounds(end), image.height(), image.width(), random);
    return compose(image, move.apply(image), move.apply(object));
  }

  /**
   * {@code moved} where the foreground was or has come to, else {@code original}. Black samples of
   * the moved image count as nothing and let the original through, channel by channel.
   *
   * <p>So where the foreground was one sees whatever has moved there, be it background.
   *
   * @param movedObject {@link #object} after the same move
   */
  public RgbImage compose(RgbImage original, RgbImage moved, ActivationMap movedObject) {
    byte[] pixels = original.pixels().clone();
    for (int i = 0; i < inside.length; i++) {
      if (inside[i] || movedObject.level(i) != 0) {
        for (int k = 3 * i; k < 3 * i + 3; k++) {
          if (moved.pixels()[k] != 0) {
            pixels[k] = moved.pixels()[k];
          }
        }
      }
    }
    return new RgbImage(original.height(), original.width(), pixels);
  }
}
