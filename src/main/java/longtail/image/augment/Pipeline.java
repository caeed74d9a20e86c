package longtail.image.augment;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.Normalization;
import longtail.image.ImageSource;
import longtail.image.RgbImage;

/**
 * From a stored image to the numbers that the network reads: transforms in order, then {@code (x /
 * 255 - mean) / std} per channel, then what transforms do to the result.
 *
 * <p>Immutable and safe for concurrent use.
 */
public final class Pipeline implements Serializable {
  private static final long serialVersionUID = 1L;

  private final List<Transform> transforms;
  private final Normalization normalization;
  private final int height;
  private final int width;
  private final float[] red;
  private final float[] green;
  private final float[] blue;

  private Pipeline(
      List<? extends Transform> transforms, Normalization normalization, int height, int width) {
    this.transforms = List.copyOf(transforms);
    this.normalization = normalization;
    this.height = height;
    this.width = width;
    double[] mean = normalization.mean();
    double[] std = normalization.std();
    this.red = table(mean[0], std[0]);
    this.green = table(mean[1], std[1]);
    this.blue = table(mean[2], std[2]);
  }

  /**
   * The pipeline of {@code transforms} and {@code normalization}.
   *
   * @param height of the images that the network takes, in pixels
   * @param width of the images that the network takes
   */
  public static Pipeline of(
      List<? extends Transform> transforms, Normalization normalization, int height, int width) {
    return new Pipeline(transforms, normalization, height, width);
  }

  /** The same with other transforms. */
  public Pipeline withTransforms(List<? extends Transform> others) {
    return of(others, normalization, height, width);
  }

  /** Height of the images that the network takes, in pixels. */
  public int height() {
    return height;
  }

  /** Width of the images that the network takes, in pixels. */
  public int width() {
    return width;
  }

  /** Numbers of one image. */
  public int length() {
    return 3 * height * width;
  }

  /**
   * Writes the transformed, normalised image to {@code out} from {@code offset} on, {@code [height,
   * width, 3]}; an image that is not decoded yet is decoded as far as the transforms need it.
   *
   * @throws IOException with the reason, if the image cannot be decoded
   * @throws LongTailException (DATA) if it has not the network's size after the transforms
   */
  public void apply(ImageSource source, SplittableRandom random, float[] out, int offset)
      throws IOException {
    byte[] pixels = fitting(seen(source, random)).pixels();
    for (int i = 0, j = offset; i < pixels.length; i += 3, j += 3) {
      out[j] = red[pixels[i] & 0xFF];
      out[j + 1] = green[pixels[i + 1] & 0xFF];
      out[j + 2] = blue[pixels[i + 2] & 0xFF];
    }
    for (Transform transform : transforms) {
      transform.applyNormalized(out, offset, height, width, random);
    }
  }

  @Override
  public String toString() {
    String by =
        transforms.isEmpty()
            ? ""
            : transforms.stream()
                .map(Object::toString)
                .collect(Collectors.joining(", ", " by ", ""));
    return "%d x %d pixels%s, normalised by %s"
        .formatted(width, height, by, normalization.described());
  }

  private RgbImage seen(ImageSource source, SplittableRandom random) throws IOException {
    if (transforms.isEmpty()) {
      return source.whole();
    }
    RgbImage image = transforms.get(0).applyTo(source, random);
    for (Transform transform : transforms.subList(1, transforms.size())) {
      image = transform.apply(image, random);
    }
    return image;
  }

  private RgbImage fitting(RgbImage image) {
    if (image.height() != height || image.width() != width) {
      throw new LongTailException(
          ErrorCode.DATA,
          "it has %d x %d pixels after the transforms, the network takes %d x %d: end the transforms with fit or a crop to one size, or prepare the dataset with one size"
              .formatted(image.width(), image.height(), width, height));
    }
    return image;
  }

  private static float[] table(double mean, double std) {
    float[] table = new float[256];
    for (int i = 0; i < 256; i++) {
      table[i] = (float) ((i / 255.0 - mean) / std);
    }
    return table;
  }
}
