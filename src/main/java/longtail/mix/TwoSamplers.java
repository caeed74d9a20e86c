package longtail.mix;

import java.util.List;
import longtail.config.Default;
import longtail.sample.BatchStream;
import longtail.sample.Sampler;

/**
 * The batches of two samplers side by side, nothing mixed: a step learns from the stage's batch and
 * as many images of another sampler, through one network and one loss (the BBN-style sampling of
 * Bag of Tricks).
 *
 * @param sampler of the second batch
 */
public record TwoSamplers(@Default("reverse") Sampler sampler) implements Mixture {
  @Override
  public List<BatchStream> streams() {
    return List.of(BatchStream.training(sampler));
  }

  @Override
  public MixedBatch mix(ImageBatch main, List<ImageBatch> others, Draws draws) {
    return TwoSamplerMix.join(main, others.get(0), draws.buffer());
  }
}
