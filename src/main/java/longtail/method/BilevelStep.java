package longtail.method;

import java.util.Optional;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.loss.CrossEntropy;
import longtail.loss.LossBatch;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.nn.Activations;
import longtail.nn.Mode;
import longtail.nn.Network;
import longtail.nn.ParameterBlock;
import longtail.nn.Role;
import longtail.nn.RunningStatistics;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * One step of a linear classifier on frozen features, and how the weight {@code s_b = 1} of each of
 * its images would have changed the loss of the stepped classifier on a meta batch.
 *
 * <p>With the loss {@code sum_b s_b l_b} and the stepped parameters {@code theta' = theta - lr (m v
 * + grad sum_b s_b l_b + ...)}, the derivative of the meta loss {@code L} is {@code dL/ds_b = -lr
 * <grad l_b(theta), grad L(theta')>}. For logits {@code W f + b} the inner product is {@code
 * (dl_b/dz_b)' (G_W f_b + G_b)} with {@code G} the gradient of the meta loss: neither a second
 * derivative nor the gradient of a single image is needed (Ren et al., "Balanced Meta-Softmax for
 * Long-Tailed Visual Recognition", 2020, equation 10, in closed form).
 *
 * <p>The step that the paper takes only to look ahead has the parameters, the batch and the
 * velocity of the step that follows it, and therefore the same result; it is taken once. Where a
 * frozen backbone's running statistics move, they move three times, as three passes would move
 * them.
 */
public final class BilevelStep {
  private final LearningProblem problem;
  private final Network network;
  private final Update update;
  private final double applied;
  private final ParameterBlock weight;
  private final ParameterBlock bias;
  private final LossFunction metaLoss;
  private final RunningStatistics statistics;
  private INDArray features = Nd4j.empty();

  /**
   * Steps of {@code problem}.
   *
   * @throws LongTailException (CONFIG) unless the backbone is frozen, the head linear and the
   *     update plain SGD, without clipping or constraint
   */
  public BilevelStep(LearningProblem problem) {
    this.problem = problem;
    network = problem.network();
    if (!network.linearClassifier()) {
      throw refused("a linear classifier", "the head is another");
    }
    weight = block(Role.HEAD_WEIGHT);
    bias = block(Role.HEAD_BIAS);
    long learnt = problem.trainable().stream().mapToLong(Span::length).sum();
    if (learnt != weight.length() + bias.length()) {
      throw refused("a frozen backbone", learnt + " parameters are learnt");
    }
    update = problem.update();
    applied = applied(problem.rule());
    metaLoss = new CrossEntropy().bind(problem.counts());
    statistics = RunningStatistics.of(network);
  }

  /** How far a gradient moves the head, in learning rates. */
  private static double applied(UpdateRule rule) {
    if (!(rule.optimizer() instanceof Sgd sgd)) {
      throw refused("the optimizer sgd", rule.optimizer() + " was given");
    }
    if (rule.clipNorm().isPresent() || rule.constraint().isPresent()) {
      throw refused("a step that is linear in the gradient", "clip-norm or constraint was given");
    }
    return rule.groups().headRate() * (sgd.nesterov() ? 1 + sgd.momentum() : 1);
  }

  private ParameterBlock block(Role role) {
    return network.layout().stream()
        .filter(block -> block.role() == role)
        .findFirst()
        .orElseThrow(() -> refused("a linear head with a bias", "the head has no " + role));
  }

  private static LongTailException refused(String needed, String was) {
    return new LongTailException(
        ErrorCode.CONFIG,
        "method balanced-meta-softmax needs %s, but %s; its stage must have freeze: backbone and optimizer: {type: sgd}, the model head: linear"
            .formatted(needed, was));
  }

  /**
   * What a step found.
   *
   * @param loss mean loss of the batch
   * @param samples loss of each image
   * @param correct images whose largest logit was that of their class
   * @param metaLoss mean cross-entropy of the meta batch after the step; NaN without a meta batch
   * @param atWeights derivative of the meta loss with respect to the weight of each image; empty
   *     without a meta batch
   */
  @SuppressWarnings("ArrayRecordComponent") // one per step; nobody compares or keeps it
  public record Outcome(
      double loss, double[] samples, int correct, double metaLoss, double[] atWeights) {}

  /** The update of the classifier, with what it remembers between steps. */
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
    int correct = SupervisedLearner.correct(activations.logits(), main.labels());
    keep(activations.features());
    LossValue loss = problem.loss().evaluate(batch(activations, main, iteration));
    if (!Double.isFinite(loss.value())) {
      return new Outcome(loss.value(), loss.samples(), correct, Double.NaN, new double[0]);
    }
    network.backward(loss.gradLogits());
    update.step(rate, iteration);
    double ofMeta = Double.NaN;
    double[] atWeights = new double[0];
    if (meta.size() > 0) {
      Activations ahead = network.forward(meta.images(), Mode.TRAIN);
      LossValue found = metaLoss.evaluate(ahead.logits(), meta.labels());
      network.backward(found.gradLogits());
      ofMeta = found.value();
      atWeights = atWeights(loss.gradLogits(), rate);
    }
    statistics.repeat();
    return new Outcome(loss.value(), loss.samples(), correct, ofMeta, atWeights);
  }

  private static LossBatch batch(Activations activations, Batch batch, long iteration) {
    return new LossBatch(
        Optional.of(activations.features()),
        activations.logits(),
        batch.labels(),
        batch.rows(),
        iteration);
  }

  private void keep(INDArray current) {
    if (!features.equalShapes(current)) {
      features = Nd4j.createUninitializedDetached(network.type(), current.shape());
    }
    features.assign(current);
  }

  private double[] atWeights(INDArray gradLogits, double rate) {
    INDArray along = features.mmul(gradient(weight).transpose()).addiRowVector(gradient(bias));
    INDArray products = along.muli(gradLogits).sum(1);
    return IntStream.range(0, (int) products.length())
        .mapToDouble(b -> -rate * applied * products.getDouble(b))
        .toArray();
  }

  private INDArray gradient(ParameterBlock block) {
    return network
        .gradients()
        .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .reshape('c', block.shape());
  }
}
