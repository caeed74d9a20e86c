package longtail.mix;

import java.util.Arrays;
import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;
import longtail.nn.layer.BatchMixing;

/**
 * Remix (Chou et al., "Remix: Rebalanced Mixup", 2020): images are mixed as by {@link Mixup}, but
 * where the classes of a pair differ by the factor {@code kappa} and more and the rarer one has a
 * fair part of the image, it gets the whole label.
 *
 * @param alpha of the Beta distribution, finite and positive
 * @param kappa ratio of the numbers of training images, finite and positive
 * @param tau the frequent class loses its label where its part of the image is below, in [0, 1]
 * @param shares how the labels' shares enter the loss
 */
public record Remix(
    @Default("1.0") double alpha,
    @Default("3.0") double kappa,
    @Default("0.5") double tau,
    @Default("batch-mean") Shares shares)
    implements Mixture {
  /** How the labels' shares enter the loss. */
  public enum Shares {
    /** By their mean over the batch, as in the published runs of Bag of Tricks. */
    BATCH_MEAN,
    /** Each with its own sample, as in the paper. */
    PER_SAMPLE
  }

  /** Checks the ranges. */
  public Remix {
    Ranges.positive("alpha", alpha);
    Ranges.positive("kappa", kappa);
    Ranges.share("tau", tau);
  }

  @Override
  public MixedBatch mix(ImageBatch main, List<ImageBatch> others, Draws draws) {
    return mix(main, draws.pairs(alpha, main.size()), draws.counts(), draws.buffer());
  }

  /** The mixture with given partners and share. */
  public MixedBatch mix(
      ImageBatch main, BatchMixing pairs, ClassCounts counts, ImageBuffer buffer) {
    Labels first = main.withoutImages();
    Labels second = first.at(pairs.partners());
    double[] drawn = new double[main.size()];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] =
          share(
              pairs.lambda(), counts.count(first.classes()[i]), counts.count(second.classes()[i]));
    }
    if (shares == Shares.BATCH_MEAN) {
      Arrays.fill(drawn, Math.min(1, Arrays.stream(drawn).sum() / drawn.length));
    }
    return MixedBatch.of(Mixup.images(main, pairs, buffer), new MixedLabels(first, second, drawn));
  }

  /**
   * The share of the first label.
   *
   * @param lambda part of the image
   * @param count training images of the first class
   * @param other training images of the second class
   */
  public double share(double lambda, int count, int other) {
    double ratio = (double) count / other;
    if (lambda < tau && ratio >= kappa) {
      return 0;
    }
    return 1 - lambda < tau && ratio * kappa <= 1 ? 1 : lambda;
  }
}
