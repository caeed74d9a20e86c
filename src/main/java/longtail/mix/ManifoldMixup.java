package longtail.mix;

import java.util.List;
import java.util.Optional;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.nn.Mixing;
import longtail.nn.graph.MixingPlace;
import longtail.nn.layer.BatchMixing;

/**
 * Mixup of what the network has made of the images (Verma et al., "Manifold Mixup: Better
 * Representations by Interpolating Hidden States", 2019), drawn as {@link Mixup} draws.
 *
 * @param alpha finite and positive; 1 is the uniform distribution
 * @param location whose output is mixed
 */
public record ManifoldMixup(@Default("1.0") double alpha, @Default("pool") MixingPlace location)
    implements Mixture {
  /** Checks the range. */
  public ManifoldMixup {
    Ranges.positive("alpha", alpha);
  }

  @Override
  public MixedBatch mix(ImageBatch main, List<ImageBatch> others, Draws draws) {
    return mix(main, draws.pairs(alpha, main.size()));
  }

  /** The mixture with given partners and share. */
  public MixedBatch mix(ImageBatch main, BatchMixing pairs) {
    return new MixedBatch(
        main.images(), Optional.of(new Mixing(location, pairs)), Mixup.labels(main, pairs));
  }
}
