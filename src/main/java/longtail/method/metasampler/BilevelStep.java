package longtail.method.metasampler;

import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.loss.CrossEntropy;
import longtail.loss.JointLoss;
import longtail.loss.LossBatch;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.method.Sums;
import longtail.method.Update;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.RunningStatistics;
import longtail.nn.layer.Mode;
import longtail.optim.Sgd;
import longtail.optim.UpdateRule;

/**
 * One step of learning, and how the weight {@code s_b = 1} of each of its images would have changed
 * the loss of the stepped network on a meta batch.
 *
 * <p>With the loss {@code sum_b s_b l_b} and the stepped parameters {@code theta' = theta - lr
 * (grad sum_b s_b l_b + ...)}, what is not written not depending on {@code s}, the derivative of
 * the meta loss {@code L} is {@code dL/ds_b = -lr <grad l_b(theta), grad L(theta')>}: neither a
 * second derivative nor the gradient of a single image is needed, see {@link SampleDerivatives}
 * (Ren et al., "Balanced Meta-Softmax for Long-Tailed Visual Recognition", 2020, where double
 * backpropagation computes it).
 *
 * <p>The step that the paper takes only to look ahead has the parameters, the batch and the
 * velocity of the step that follows it, and therefore the same result; it is taken once. Where
 * running statistics move, they move three times, as three passes would move them.
 */
public final class BilevelStep implements AutoCloseable {
  private final LearningProblem problem;
  private final Network network;
  private final Update update;
  private final SampleDerivatives derivatives;
  private final LossFunction metaLoss;
  private final RunningStatistics statistics;

  /**
   * Steps of {@code problem}.
   *
   * @throws LongTailException (CONFIG) unless the update is plain SGD, without clipping or
   *     constraint, for otherwise it is not linear in the gradient
   */
  public BilevelStep(LearningProblem problem) {
    this.problem = problem;
    requireLinear(problem.rule());
    network = problem.network();
    update = problem.update();
    derivatives = SampleDerivatives.of(problem);
    metaLoss = JointLoss.of(new CrossEntropy().bind(problem.counts()), problem.workers());
    statistics = RunningStatistics.of(network);
  }

  private static void requireLinear(UpdateRule rule) {
    if (!(rule.optimizer() instanceof Sgd)) {
      throw refused("optimizer must be sgd", rule.optimizer());
    }
    if (rule.clipNorm().isPresent()) {
      throw refused("clip-norm must be absent", rule.clipNorm().get());
    }
    if (rule.constraint().isPresent()) {
      throw refused("constraint must be absent", rule.constraint().get());
    }
  }

  private static LongTailException refused(String rule, Object was) {
    return new LongTailException(
        ErrorCode.CONFIG,
        "%s in a stage with method balanced-meta-softmax, which differentiates through the step, was %s"
            .formatted(rule, was));
  }

  /**
   * What a step found.
   *
   * @param loss mean loss of the batch, over all workers
   * @param samples loss of each image
   * @param correct images whose largest logit was that of their class
   * @param metaLoss mean cross-entropy of the meta batch of all workers after the step; NaN without
   *     a meta batch
   * @param atWeights derivative of the meta loss with respect to the weight of each image; empty
   *     without a meta batch
   */
  @SuppressWarnings("ArrayRecordComponent") // one per step; nobody compares or keeps it
  public record Outcome(
      double loss, double[] samples, double correct, double metaLoss, double[] atWeights) {}

  /** The update of the parameters, with what it remembers between steps. */
  public Update update() {
    return update;
  }

  /**
   * Steps on {@code main} and looks at {@code meta}, which may be empty.
   *
   * @param rate learning rate
   * @param iteration steps before this one
   */
  public Outcome run(Batch main, Batch meta, double rate, long iteration) {
    statistics.beforePass();
    Activations activations = network.forward(main.images(), Mode.TRAIN);
    statistics.afterPass();
    double correct = main.correct(activations.logits());
    LossValue loss = problem.loss().evaluate(batch(activations, main, iteration));
    double ofStep = problem.workers().sum(loss.value());
    if (!Double.isFinite(ofStep)) {
      return new Outcome(ofStep, loss.samples(), correct, Double.NaN, new double[0]);
    }
    derivatives.beforeStep(activations);
    network.backward(loss.gradFeatures().orElse(null), loss.gradLogits(), update.duringBackward());
    update.step(rate, iteration);
    double ofMeta = Double.NaN;
    double[] atWeights = new double[0];
    if (meta.size() > 0) {
      Activations ahead = network.forward(meta.images(), Mode.TRAIN);
      LossValue found = metaLoss.evaluate(ahead.logits(), meta.labels());
      network.backward(found.gradLogits());
      Sums.over(problem.workers(), network.memory(), network.gradients(), problem.trainable());
      ofMeta = problem.workers().sum(found.value());
      atWeights = derivatives.atWeights(main, loss, rate);
    }
    statistics.repeat();
    return new Outcome(ofStep, loss.samples(), correct, ofMeta, atWeights);
  }

  private static LossBatch batch(Activations activations, Batch batch, long iteration) {
    return new LossBatch(
        Optional.of(activations.features()),
        activations.logits(),
        batch.labels(),
        batch.rows(),
        iteration);
  }

  /** Frees what it made for itself; to be called before the network is closed. */
  @Override
  public void close() {
    derivatives.close();
    update.close();
  }
}
