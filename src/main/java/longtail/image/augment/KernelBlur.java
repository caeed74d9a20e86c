package longtail.image.augment;

import java.util.List;
import java.util.SplittableRandom;
import longtail.config.Default;
import longtail.image.RgbImage;

/**
 * Blurs some images by a sampled Gaussian of random width, as SimCLR does on tensors: in float32,
 * truncated to whole samples, the image mirrored at its edge. {@link GaussianBlur} is faster.
 *
 * @param probability share of the images, 0 to 1
 * @param kernel pixels along each axis that a sample is the mean of; an even number counts as the
 *     odd one above
 * @param sigma smallest and largest standard deviation in pixels
 */
public record KernelBlur(
    @Default("0.5") double probability,
    @Default("23") int kernel,
    @Default("[0.1, 2.0]") List<Double> sigma)
    implements Transform {
  private static final long serialVersionUID = 1L;

  /** Checks the probability, the kernel and the range. */
  public KernelBlur {
    Probability.require(probability);
    if (kernel < 1) {
      throw new IllegalArgumentException("kernel must be at least 1, was " + kernel);
    }
    sigma = PositiveRange.require(sigma, "sigma");
    Lengths.require("kernel", kernel);
    Lengths.require("sigma", sigma.get(1));
  }

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    if (random.nextDouble() >= probability) {
      return image;
    }
    return blur(image, PositiveRange.draw(sigma.get(0), sigma.get(1), random));
  }

  /** The image blurred with standard deviation {@code sigma}, above 0. */
  public RgbImage blur(RgbImage image, double sigma) {
    float[] weights = weights(sigma);
    int height = image.height();
    int width = image.width();
    byte[] pixels = image.pixels();
    float[] samples = new float[pixels.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (pixels[i] & 0xFF) / 255f;
    }
    float[] blurred = new float[pixels.length];
    for (int y = 0; y < height; y++) {
      blur(samples, blurred, 3 * y * width, width, 3, weights);
    }
    for (int x = 0; x < width; x++) {
      blur(blurred, samples, 3 * x, height, 3 * width, weights);
    }
    byte[] to = new byte[pixels.length];
    for (int i = 0; i < to.length; i++) {
      to[i] = (byte) (int) Math.max(0, Math.min(255, samples[i] * 255));
    }
    return new RgbImage(height, width, to);
  }

  /** The pixels of one row or column: {@code length} of them from {@code first}, {@code step}s. */
  private static void blur(
      float[] from, float[] to, int first, int length, int step, float[] weights) {
    int reach = weights.length / 2;
    for (int position = 0; position < length; position++) {
      float red = 0;
      float green = 0;
      float blue = 0;
      for (int k = 0; k < weights.length; k++) {
        int i = first + step * mirrored(position + k - reach, length);
        red += weights[k] * from[i];
        green += weights[k] * from[i + 1];
        blue += weights[k] * from[i + 2];
      }
      int i = first + step * position;
      to[i] = red;
      to[i + 1] = green;
      to[i + 2] = blue;
    }
  }

  /** The place inside the image that shows at {@code position}; the edge itself is not repeated. */
  private static int mirrored(int position, int length) {
    if (position >= 0 && position < length) {
      return position;
    }
    if (length == 1) {
      return 0;
    }
    int period = 2 * (length - 1);
    int folded = Math.floorMod(position, period);
    return folded < length ? folded : period - folded;
  }

  private float[] weights(double sigma) {
    int reach = kernel / 2;
    double[] weights = new double[2 * reach + 1];
    double total = 0;
    for (int k = 0; k < weights.length; k++) {
      double distance = (k - reach) / sigma;
      weights[k] = Math.exp(-0.5 * distance * distance);
      total += weights[k];
    }
    float[] normalized = new float[weights.length];
    for (int k = 0; k < weights.length; k++) {
      normalized[k] = (float) (weights[k] / total);
    }
    return normalized;
  }
}
