package longtail.mix;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.nn.layer.BatchMixing;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mixup of the images (Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018): {@code
 * lambda x + (1 - lambda) x_partner} with the labels in the same shares, one {@code lambda ~
 * Beta(alpha, alpha)} and one permutation per batch.
 *
 * @param alpha finite and positive; 1 is the uniform distribution
 */
public record Mixup(@Default("1.0") double alpha) implements Mixture {
  /** Checks the range. */
  public Mixup {
    Ranges.positive("alpha", alpha);
  }

  @Override
  public MixedBatch mix(ImageBatch main, List<ImageBatch> others, Draws draws) {
    return mix(main, draws.pairs(alpha, main.size()), draws.buffer());
  }

  /** The mixture with given partners and share. */
  public static MixedBatch mix(ImageBatch main, BatchMixing pairs, ImageBuffer buffer) {
    return MixedBatch.of(images(main, pairs, buffer), labels(main, pairs));
  }

  static INDArray images(ImageBatch main, BatchMixing pairs, ImageBuffer buffer) {
    INDArray mixed = buffer.like(main.images(), main.size());
    pairs.apply(main.images(), mixed);
    return mixed;
  }

  static MixedLabels labels(ImageBatch main, BatchMixing pairs) {
    Labels labels = main.withoutImages();
    return MixedLabels.of(labels, labels.at(pairs.partners()), pairs.lambda());
  }
}
