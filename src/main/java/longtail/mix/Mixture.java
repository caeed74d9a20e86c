package longtail.mix;

import java.util.List;
import longtail.dataset.ClassCounts;
import longtail.sample.BatchStream;

/** The ways to mix samples that an experiment can name; a member holds hyper-parameters only. */
public sealed interface Mixture permits Mixup, Cutmix, Remix, ManifoldMixup, BbnMix, TwoSamplers {
  /** The batches that it needs beside the stage's own. */
  default List<BatchStream> streams() {
    return List.of();
  }

  /**
   * Draws a mixture and applies it.
   *
   * @param main the batch
   * @param others a batch of each of {@link #streams}, in that order; one may be empty
   * @param draws random numbers and memory of this batch
   */
  MixedBatch mix(ImageBatch main, List<ImageBatch> others, Draws draws);

  /**
   * The mixture for a training set with {@code counts} images per class and the random draws of
   * {@code seed}; each thread binds its own.
   */
  default Mixer bind(ClassCounts counts, long seed) {
    return new Mixer(this, counts, seed);
  }
}
