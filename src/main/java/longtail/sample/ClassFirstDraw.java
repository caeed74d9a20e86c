package longtail.sample;

import java.util.SplittableRandom;
import longtail.dataset.ClassCounts;

/**
 * What {@link GumbelDraw} would have found beside the drawn image, for images that were drawn class
 * first and then one of the class, without a noise for each image.
 *
 * <p>With {@code E_i} standard exponential, an image's unnormalised share is {@code sigma_i / E_i},
 * and the drawn image is the one with the smallest {@code E_i / sigma_i}. That smallest value is
 * exponential with the rate {@code R = sum_i sigma_i} and independent of which image has it; the
 * image is one of class {@code c} with probability {@code n_c sigma_c / R}, each as likely as the
 * others. Given the smallest value {@code m}, the others are {@code m} plus fresh exponentials of
 * rate {@code sigma_i}. So class, image, {@code m} and the sums over the classes can be drawn one
 * after the other, and the draw of class and image may be left to whoever plans the batches.
 */
public final class ClassFirstDraw {
  private final int[] images;
  private final double[] rates;
  private final double total;
  private final Sums sums;

  /** Draws a sum of {@code 1 / (shift + X_i)} over {@code terms} exponentials. */
  @FunctionalInterface
  private interface Sums {
    double draw(int terms, double shift, SplittableRandom random);
  }

  private ClassFirstDraw(int[] images, double[] rates, double total, Sums sums) {
    this.images = images;
    this.rates = rates;
    this.total = total;
    this.sums = sums;
  }

  /**
   * Draws with {@code rates} from {@code counts} images of each class, in a time that does not grow
   * with the images: the many small shares of a class are drawn together.
   */
  public static ClassFirstDraw of(SampleRates rates, ClassCounts counts) {
    return of(rates, counts, InverseExponentials::sum);
  }

  /** The same with a noise for every image. */
  public static ClassFirstDraw imageByImage(SampleRates rates, ClassCounts counts) {
    return of(rates, counts, InverseExponentials::termByTerm);
  }

  private static ClassFirstDraw of(SampleRates rates, ClassCounts counts, Sums sums) {
    double total = 0;
    for (int c = 0; c < rates.classes(); c++) {
      total += counts.count(c) * rates.rate(c);
    }
    return new ClassFirstDraw(counts.toArray(), rates.rates(), total, sums);
  }

  /** The softmax around a drawn image of class {@code label}. */
  public SoftDraw around(int label, SplittableRandom random) {
    double smallest = -Math.log1p(-random.nextDouble()) / total;
    double[] shares = new double[rates.length];
    double sum = 0;
    for (int c = 0; c < rates.length; c++) {
      int others = c == label ? images[c] - 1 : images[c];
      shares[c] = rates[c] * sums.draw(others, rates[c] * smallest, random);
      if (c == label) {
        shares[c] += 1 / smallest;
      }
      sum += shares[c];
    }
    for (int c = 0; c < shares.length; c++) {
      shares[c] /= sum;
    }
    return new SoftDraw(label, 1 / (smallest * sum), shares);
  }
}
