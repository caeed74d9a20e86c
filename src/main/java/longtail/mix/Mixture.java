package longtail.mix;

import longtail.dataset.ClassCounts;

/** The ways to mix samples that an experiment can name; a member holds hyper-parameters only. */
public sealed interface Mixture permits Mixup, Cutmix, Remix, ManifoldMixup {
  /**
   * Draws a mixture and applies it.
   *
   * @param main the batch
   * @param draws random numbers and memory of this batch
   */
  MixedBatch mix(Samples main, Draws draws);

  /**
   * The mixture for a training set with {@code counts} images per class and the random draws of
   * {@code seed}; each thread binds its own.
   */
  default Mixer bind(ClassCounts counts, long seed) {
    return new Mixer(this, counts, seed);
  }
}
