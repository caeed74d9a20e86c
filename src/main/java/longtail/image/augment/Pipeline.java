package longtail.image.augment;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;
import longtail.image.ImageSource;
import longtail.image.RgbImage;

/**
 * From a stored image to the numbers that the network reads: transforms in order, then {@code (x /
 * 255 - mean) / std} per channel.
 *
 * <p>Immutable and safe for concurrent use.
 */
public final class Pipeline implements Serializable {
  private static final long serialVersionUID = 1L;

  private final List<Transform> transforms;
  private final float[] red;
  private final float[] green;
  private final float[] blue;

  private Pipeline(List<Transform> transforms, double[] mean, double[] std) {
    this.transforms = List.copyOf(transforms);
    this.red = table(mean[0], std[0]);
    this.green = table(mean[1], std[1]);
    this.blue = table(mean[2], std[2]);
  }

  /**
   * The pipeline of {@code transforms} and the normalisation by {@code mean} and {@code std}, three
   * numbers each (red, green, blue) in units of the full range.
   */
  public static Pipeline of(List<Transform> transforms, double[] mean, double[] std) {
    if (mean.length != 3 || std.length != 3) {
      throw new IllegalArgumentException(
          "Normalisation needs three means and three deviations, was %d and %d"
              .formatted(mean.length, std.length));
    }
    return new Pipeline(transforms, mean, std);
  }

  /**
   * Writes the transformed, normalised image to {@code out} from {@code offset} on, {@code [height,
   * width, 3]}.
   *
   * @return how many numbers were written; the caller knows which image size its network takes
   */
  public int apply(RgbImage image, SplittableRandom random, float[] out, int offset) {
    RgbImage seen = image;
    for (Transform transform : transforms) {
      seen = transform.apply(seen, random);
    }
    return normalize(seen, random, out, offset);
  }

  /**
   * The same of an image that may not be decoded yet.
   *
   * @throws IOException with the reason, if the image cannot be decoded
   */
  public int apply(ImageSource source, SplittableRandom random, float[] out, int offset)
      throws IOException {
    return normalize(Transform.applyAll(transforms, source, random), random, out, offset);
  }

  private int normalize(RgbImage seen, SplittableRandom random, float[] out, int offset) {
    byte[] pixels = seen.pixels();
    if (pixels.length > out.length - offset) {
      throw new IllegalArgumentException(
          "%s after the transforms does not fit into the space of %d numbers; add a crop or resize to the transforms"
              .formatted(seen, out.length - offset));
    }
    for (int i = 0, j = offset; i < pixels.length; i += 3, j += 3) {
      out[j] = red[pixels[i] & 0xFF];
      out[j + 1] = green[pixels[i + 1] & 0xFF];
      out[j + 2] = blue[pixels[i + 2] & 0xFF];
    }
    for (Transform transform : transforms) {
      transform.applyNormalized(out, offset, seen.height(), seen.width(), random);
    }
    return pixels.length;
  }

  private static float[] table(double mean, double std) {
    if (!(std > 0)) {
      throw new IllegalArgumentException("A standard deviation must be positive, was " + std);
    }
    float[] table = new float[256];
    for (int i = 0; i < 256; i++) {
      table[i] = (float) ((i / 255.0 - mean) / std);
    }
    return table;
  }
}
