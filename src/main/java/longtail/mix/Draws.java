package longtail.mix;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.nn.layer.BatchMixing;

/**
 * What a mixture draws from and writes to.
 *
 * @param counts training images of each class
 * @param random stream of this batch alone
 * @param buffer where mixed images go
 */
public record Draws(ClassCounts counts, SplittableRandom random, ImageBuffer buffer) {
  /** A share from {@code Beta(alpha, alpha)}, then partners among {@code samples} at random. */
  BatchMixing pairs(double alpha, int samples) {
    double lambda = Beta.draw(alpha, random);
    return new BatchMixing(partners(samples), lambda);
  }

  /** A random permutation of {@code samples} positions. */
  int[] partners(int samples) {
    int[] partners = IntStream.range(0, samples).toArray();
    RandomStreams.shuffle(partners, random);
    return partners;
  }
}
