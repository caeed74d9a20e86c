package longtail.method.metasampler;

import java.util.List;
import java.util.Optional;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Method;
import longtail.sample.BatchStream;
import longtail.sample.ClassAwareSampler;

/**
 * Balanced Meta-Softmax: learns a classifier and, at each step, how often the images of each class
 * should be drawn for it (Ren et al., "Balanced Meta-Softmax for Long-Tailed Visual Recognition",
 * 2020). In the paper the classifier is linear, on frozen features, under the loss {@code
 * balanced-softmax}; any head, a backbone that learns too and other losses are possible, at the
 * cost of another forward pass and a tangent.
 *
 * <p>The training batch is drawn with the sample rates of the moment; after the classifier's step
 * the rates move against the gradient of the cross-entropy of a class-balanced meta batch, see
 * {@link BilevelStep} and {@link longtail.sample.SampleRates}. Each worker moves its own rates
 * within a round; between two rounds they and the state of their Adam are averaged, weighted by
 * examples.
 *
 * @param initPower power of the inverse class frequencies that the rates begin in proportion to; 0:
 *     all equal
 * @param metaLr learning rate of the sample rates, for Adam; no schedule
 * @param metaBatchSize images of a meta batch, over all workers; that of the stage if absent
 * @param metaSource what the meta batches are drawn from, class by class: the training set or the
 *     meta set
 * @param lag steps by which the rates that a batch is drawn with are older than the step that
 *     learns from it, but never older than the epoch. 0 leaves no time to make images ahead; the
 *     paper's code has 8 to 24 (twice the processes of its loader), by accident of its prefetching
 * @param noise what the noise of the draw is drawn for; the distribution is the same
 */
public record BalancedMetaSoftmax(
    @Default("0") double initPower,
    @Default("0.01") double metaLr,
    Optional<Integer> metaBatchSize,
    @Default("training") BatchStream.Source metaSource,
    @Default("0") int lag,
    @Default("by-class") Noise noise)
    implements Method {
  /** What the noise of the draw over all images is drawn for. */
  public enum Noise {
    /** The images of a class together, up to the largest: time does not grow with the images. */
    BY_CLASS,
    /** Every image, as in the paper's code, without the approximation of many small shares. */
    BY_IMAGE
  }

  /** Checks the ranges. */
  public BalancedMetaSoftmax {
    Ranges.notNegative("init-power", initPower);
    Ranges.notNegative("meta-lr", metaLr);
    if (metaBatchSize.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "meta-batch-size must be at least 1, was " + metaBatchSize.get());
    }
    if (lag < 0) {
      throw new IllegalArgumentException("lag must not be negative, was " + lag);
    }
  }

  @Override
  public Learner learner(LearningProblem problem) {
    return new BalancedMetaSoftmaxLearner(this, problem);
  }

  /** The meta batches: every class in turn, one image of each. */
  @Override
  public List<BatchStream> streams() {
    return List.of(
        new BatchStream(
            metaSource, new ClassAwareSampler(1), BatchStream.Order.PASSES, metaBatchSize));
  }

  @Override
  public boolean learnsDraws() {
    return true;
  }
}
