package longtail.mix;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.sample.BatchStream;
import longtail.sample.Sampler;

/**
 * Mixup of the images of two samplers, as Bag of Tricks combines BBN's two samplers (Zhou et al.,
 * "BBN: Bilateral-Branch Network with Cumulative Learning for Long-Tailed Visual Recognition",
 * 2020) with mixup: {@code lambda a + (1 - lambda) b} with the labels in the same shares, one
 * {@code lambda ~ Beta(alpha, alpha)} per batch.
 *
 * @param alpha finite and positive; 1 is the uniform distribution
 * @param sampler of the second images, a batch of the stage's size
 */
public record BbnMix(@Default("1.0") double alpha, @Default("reverse") Sampler sampler)
    implements Mixture {
  /** Checks the range. */
  public BbnMix {
    Ranges.positive("alpha", alpha);
  }

  @Override
  public List<BatchStream> streams() {
    return List.of(BatchStream.training(sampler));
  }

  @Override
  public MixedBatch mix(ImageBatch main, List<ImageBatch> others, Draws draws) {
    ImageBatch other = others.get(0);
    double lambda = Beta.draw(alpha, draws.random());
    return other.size() == 0
        ? MixedBatch.unmixed(main)
        : TwoSamplerMix.blend(main, other, lambda, draws.buffer());
  }
}
