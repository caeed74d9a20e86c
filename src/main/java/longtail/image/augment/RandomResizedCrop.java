package longtail.image.augment;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import longtail.config.Default;
import longtail.image.Bilinear;
import longtail.image.Box;
import longtail.image.ImageSource;
import longtail.image.RgbImage;

/**
 * A part of the image of random area, proportions and place, resized to a square.
 *
 * @param size height and width of the result in pixels
 * @param scale smallest and largest area of the part, as fractions of the image
 * @param ratio smallest and largest width over height of the part
 */
public record RandomResizedCrop(
    @Default("224") int size,
    @Default("[0.08, 1.0]") List<Double> scale,
    @Default("[0.75, 1.3333333333333333]") List<Double> ratio)
    implements Transform {
  private static final long serialVersionUID = 1L;
  private static final int ATTEMPTS = 10;

  /** Checks the size and the ranges. */
  public RandomResizedCrop {
    if (size < 1) {
      throw new IllegalArgumentException("size must be at least 1, was " + size);
    }
    Lengths.require("size", size);
    scale = PositiveRange.require(scale, "scale");
    ratio = PositiveRange.require(ratio, "ratio");
    if (scale.get(1) > 1) {
      throw new IllegalArgumentException("scale must not be above 1, was " + scale);
    }
  }

  /**
   * One draw of a part; it may be too wide or too high for the image.
   *
   * @param area fraction of the image
   * @param logRatio natural logarithm of width over height
   * @param top place from the uppermost (0) to the lowest possible (towards 1)
   * @param left place from the leftmost (0) to the rightmost possible (towards 1)
   */
  public record Attempt(double area, double logRatio, double top, double left) {}

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    return crop(image, draw(image, random));
  }

  @Override
  public RgbImage applyTo(ImageSource source, SplittableRandom random) throws IOException {
    return Bilinear.resize(source.crop(draw(source, random)), size, size);
  }

  private Box draw(ImageSource image, SplittableRandom random) {
    Supplier<Attempt> attempts =
        () ->
            attempt(
                random.nextDouble(), random.nextDouble(), random.nextDouble(), random.nextDouble());
    return box(image.height(), image.width(), attempts);
  }

  /** The attempt of four uniform draws from [0, 1). */
  public Attempt attempt(double area, double logRatio, double top, double left) {
    double narrow = Math.log(ratio.get(0));
    double wide = Math.log(ratio.get(1));
    return new Attempt(
        scale.get(0) + (scale.get(1) - scale.get(0)) * area,
        narrow + (wide - narrow) * logRatio,
        top,
        left);
  }

  /** The first of ten attempts that fits into the image, or else its middle. */
  public Box box(int height, int width, Supplier<Attempt> attempts) {
    for (int i = 0; i < ATTEMPTS; i++) {
      Attempt attempt = attempts.get();
      double area = (double) height * width * attempt.area();
      double aspect = Math.exp(attempt.logRatio());
      int boxWidth = (int) Math.rint(Math.sqrt(area * aspect));
      int boxHeight = (int) Math.rint(Math.sqrt(area / aspect));
      if (boxWidth > 0 && boxWidth <= width && boxHeight > 0 && boxHeight <= height) {
        int top = (int) (attempt.top() * (height - boxHeight + 1));
        int left = (int) (attempt.left() * (width - boxWidth + 1));
        return new Box(top, left, boxHeight, boxWidth);
      }
    }
    return middle(height, width);
  }

  /** The largest part in the middle of the image whose proportions are allowed. */
  private Box middle(int height, int width) {
    double aspect = (double) width / height;
    int boxHeight = height;
    int boxWidth = width;
    if (aspect < ratio.get(0)) {
      boxHeight = Math.max(1, Math.min(height, (int) Math.rint(width / ratio.get(0))));
    } else if (aspect > ratio.get(1)) {
      boxWidth = Math.max(1, Math.min(width, (int) Math.rint(height * ratio.get(1))));
    }
    return new Box((height - boxHeight) / 2, (width - boxWidth) / 2, boxHeight, boxWidth);
  }

  /** The given part of the image, resized. */
  public RgbImage crop(RgbImage image, Box box) {
    return Bilinear.resize(image.crop(box), size, size);
  }
}
