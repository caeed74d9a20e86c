package longtail.mix;

import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;

/**
 * A mixture bound to a training set and a seed.
 *
 * <p>The draws of a step are named by the seed and the iteration: a resumed run repeats them, and
 * all workers mix with the same shares. Partners are taken within each worker's own part of the
 * batch, so which samples meet depends on how many workers there are.
 */
public final class Mixer implements AutoCloseable {
  private static final long STREAM = 0x4D49585552L;

  private final Mixture mixture;
  private final ClassCounts counts;
  private final long seed;
  private final ImageBuffer buffer = new ImageBuffer();

  Mixer(Mixture mixture, ClassCounts counts, long seed) {
    this.mixture = mixture;
    this.counts = counts;
    this.seed = seed;
  }

  /**
   * Mixes a batch; the result is valid until the next call.
   *
   * @param others a batch of each of {@link Mixture#streams}, in that order
   * @param iteration steps of the stage before this one, on the global count
   */
  public MixedBatch mix(ImageBatch main, List<ImageBatch> others, long iteration) {
    SplittableRandom random = RandomStreams.of(seed, STREAM, iteration);
    return mixture.mix(main, others, new Draws(counts, random, buffer));
  }

  /** Frees its memory. */
  @Override
  public void close() {
    buffer.close();
  }
}
