package longtail.mix;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.nn.layer.RowBlend;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The mixtures of batches from two samplers. Images are mixed one by one in their order; the second
 * batch is cut to the size of the first.
 */
public final class TwoSamplerMix {
  private TwoSamplerMix() {}

  /**
   * Mixup of two batches: {@code lambda a + (1 - lambda) b} with the labels in the same shares.
   *
   * @param lambda in [0, 1]
   */
  public static MixedBatch blend(ImageBatch a, ImageBatch b, double lambda, ImageBuffer buffer) {
    INDArray mixed = buffer.like(a.images(), a.size());
    RowBlend.blend(lambda, a.images(), b.images(), partners(a, b), mixed);
    return MixedBatch.of(mixed, labels(a, b, lambda));
  }

  /**
   * CutMix of two batches with a share of the labels that may be that of the box or another.
   *
   * @param share of the labels of {@code a}, in [0, 1]
   */
  public static MixedBatch cut(
      ImageBatch a, ImageBatch b, double share, CutBox box, ImageBuffer buffer) {
    INDArray mixed = buffer.like(a.images(), a.size()).assign(a.images());
    Cutmix.paste(b.images(), partners(a, b), box, mixed);
    return MixedBatch.of(mixed, labels(a, b, share));
  }

  /**
   * The images of {@code b} that meet those of {@code a}, as they are, with the labels of both.
   *
   * @param share of the labels of {@code a}, in [0, 1]
   */
  public static MixedBatch partners(ImageBatch a, ImageBatch b, double share, ImageBuffer buffer) {
    INDArray met = buffer.like(a.images(), a.size());
    RowBlend.blend(0, a.images(), b.images(), partners(a, b), met);
    return MixedBatch.of(met, labels(a, b, share));
  }

  /** Both batches as one, unmixed: first the samples of {@code a}, then those of {@code b}. */
  public static MixedBatch join(ImageBatch a, ImageBatch b, ImageBuffer buffer) {
    INDArray both = buffer.like(a.images(), a.size() + b.size());
    both.get(NDArrayIndex.interval(0, a.size())).assign(a.images());
    if (b.size() > 0) {
      both.get(NDArrayIndex.interval(a.size(), both.size(0))).assign(b.images());
    }
    return MixedBatch.of(both, MixedLabels.pure(a.withoutImages().and(b.withoutImages())));
  }

  private static MixedLabels labels(ImageBatch a, ImageBatch b, double lambda) {
    return MixedLabels.of(a.withoutImages(), b.withoutImages().at(partners(a, b)), lambda);
  }

  /** The first images of {@code b}; where it has fewer than {@code a}, they come again. */
  private static int[] partners(ImageBatch a, ImageBatch b) {
    if (b.size() == 0) {
      throw new IllegalArgumentException("the second sampler's batch is empty");
    }
    return IntStream.range(0, a.size()).map(i -> i % b.size()).toArray();
  }

  /**
   * What the two views of GLMC share (Du et al., "Global and Local Mixture Consistency Cumulative
   * Learning for Long-tailed Visual Recognitions", 2023): the first view is blended, the second is
   * cut, with one share.
   *
   * @param lambda in [0, 1]
   * @param box its box
   */
  public record Shared(double lambda, CutBox box) {
    /**
     * Draws the share from {@code Beta(alpha, alpha)}, then the centre of the box: its row and its
     * column.
     *
     * @param alpha finite and positive; 1 is the uniform distribution
     */
    public static Shared draw(double alpha, SplittableRandom random, int height, int width) {
      double lambda = Beta.draw(alpha, random);
      int row = random.nextInt(height);
      int column = random.nextInt(width);
      return new Shared(lambda, CutBox.around(lambda, row, column, height, width));
    }
  }
}
