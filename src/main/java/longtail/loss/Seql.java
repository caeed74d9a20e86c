package longtail.loss;

import java.util.function.DoubleSupplier;
import longtail.RandomStreams;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Softmax equalisation loss (Tan et al., "Equalization Loss for Long-Tailed Object Recognition",
 * 2020): cross-entropy in which, by chance, a rare class is left out of the denominator for samples
 * of other classes, and so is not pushed down by them; mean over the batch.
 *
 * @param gamma probability that a rare class is left out, in [0, 1]
 * @param lambda a class is rare if its share of the training images is below it, in [0, 1]
 */
public record Seql(@Default("0.9") double gamma, @Default("0.005") double lambda) implements Loss {
  private static final long STREAM = 0x5345514CL;

  /** Checks the ranges. */
  public Seql {
    Ranges.share("gamma", gamma);
    Ranges.share("lambda", lambda);
  }

  /** Where the draws come from. */
  @FunctionalInterface
  public interface Draws {
    /** Uniform draws in [0, 1) for the sample at {@code position}, one per class in their order. */
    DoubleSupplier of(LossBatch batch, int position);
  }

  /** Which classes are rare, {@code [classes]}. */
  public boolean[] rare(ClassCounts counts) {
    boolean[] rare = new boolean[counts.classes()];
    for (int c = 0; c < rare.length; c++) {
      rare[c] = (double) counts.count(c) / counts.total() < lambda;
    }
    return rare;
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return bind(counts, 0);
  }

  /**
   * A draw is named by the iteration, the sample's row in the dataset and the class, so that it
   * does not depend on the number of workers.
   */
  @Override
  public LossFunction bind(ClassCounts counts, long seed) {
    return bind(
        counts,
        (batch, position) ->
            RandomStreams.of(seed, STREAM, batch.iteration(), batch.rows()[position])::nextDouble);
  }

  /** The loss with draws of one's own. */
  public LossFunction bind(ClassCounts counts, Draws draws) {
    SampleLoop loop = new SampleLoop(Weighing.equal(counts.classes(), Reduction.MEAN));
    boolean[] rare = rare(counts);
    return batch ->
        loop.evaluate(
            batch,
            (position, factor, logits, label, gradient) -> {
              DoubleSupplier uniform = draws.of(batch, position);
              for (int c = 0; c < logits.length; c++) {
                boolean drawn = uniform.getAsDouble() < gamma;
                if (drawn && rare[c] && c != label) {
                  logits[c] = Double.NEGATIVE_INFINITY;
                }
              }
              return Softmax.crossEntropy(logits, label, gradient);
            });
  }
}
