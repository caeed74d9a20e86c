package longtail.mix;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * CutMix (Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable
 * Features", 2019): a box of each image is replaced by that of its partner; one {@link CutBox} and
 * one permutation per batch.
 *
 * @param alpha of {@code lambda ~ Beta(alpha, alpha)}, finite and positive
 * @param shares what the first label's share is
 */
public record Cutmix(@Default("1.0") double alpha, @Default("area") Shares shares)
    implements Mixture {
  /** What the first label's share is. */
  public enum Shares {
    /** The part of the image that the box leaves, after it was cut at the edges. */
    AREA,
    /** {@code lambda}, whatever became of the box, as GLMC does it. */
    LAMBDA
  }

  /** Checks the range. */
  public Cutmix {
    Ranges.positive("alpha", alpha);
  }

  @Override
  public MixedBatch mix(ImageBatch main, List<ImageBatch> others, Draws draws) {
    int height = (int) main.images().size(1);
    int width = (int) main.images().size(2);
    double lambda = Beta.draw(alpha, draws.random());
    int row = draws.random().nextInt(height);
    int column = draws.random().nextInt(width);
    CutBox box = CutBox.around(lambda, row, column, height, width);
    double share =
        switch (shares) {
          case AREA -> box.outside(height, width);
          case LAMBDA -> lambda;
        };
    return mix(main, draws.partners(main.size()), box, share, draws.buffer());
  }

  /** The mixture with given partners, box and share of the first label. */
  public static MixedBatch mix(
      ImageBatch main, int[] partners, CutBox box, double share, ImageBuffer buffer) {
    INDArray mixed = buffer.like(main.images(), main.size()).assign(main.images());
    paste(main.images(), partners, box, mixed);
    Labels labels = main.withoutImages();
    return MixedBatch.of(mixed, MixedLabels.of(labels, labels.at(partners), share));
  }

  /**
   * Replaces the box of every image of {@code to} by that of its partner.
   *
   * @param from {@code [n, height, width, channels]}
   * @param partners an image of {@code from} for each image of {@code to}
   * @param to {@code [batch, height, width, channels]}
   */
  static void paste(INDArray from, int[] partners, CutBox box, INDArray to) {
    if (box.area() == 0) {
      return;
    }
    for (int i = 0; i < partners.length; i++) {
      to.get(pixels(i, box)).assign(from.get(pixels(partners[i], box)));
    }
  }

  private static INDArrayIndex[] pixels(int image, CutBox box) {
    return new INDArrayIndex[] {
      NDArrayIndex.point(image),
      NDArrayIndex.interval(box.top(), box.bottom()),
      NDArrayIndex.interval(box.left(), box.right()),
      NDArrayIndex.all()
    };
  }
}
