package longtail.method.metasaug;

import java.util.List;
import java.util.Optional;
import longtail.Collective;
import longtail.loss.AugmentedLoss;
import longtail.loss.CrossEntropy;
import longtail.loss.JointLoss;
import longtail.loss.LossBatch;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.method.Sums;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.layer.Mode;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.statistics.ClassRows;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient of the meta loss with respect to the covariances that a pseudo step was taken with.
 *
 * <p>With {@code L} the augmented loss, {@code M} the meta loss, {@code theta' = theta - alpha
 * grad_theta L} and {@code v = grad M(theta')}, the gradient is {@code -alpha d/de grad_S L(theta +
 * e v)} at {@code e = 0}: the derivative of a closed form along {@code v}, no second backward pass
 * through a backward pass. Where the network lets its batch statistics move with the parameters, as
 * it does in training, this is exact.
 */
final class CovarianceGradient implements AutoCloseable {
  /** Length of the difference step over the length of {@code v}: where rounding and kinks meet. */
  private static final double STEP_32 = 2e-4;

  private static final double STEP_64 = 1e-6;

  private static final Sgd PLAIN = new Sgd(0, 0, false, 0);

  private final Network network;
  private final KernelMemory memory;
  private final Network view;
  private final Network twin;
  private final ClassifierWeight weight;
  private final List<Span> trainable;
  private final LossFunction metaLoss;
  private final Collective workers;

  /** Of {@code problem}'s network, which from now on keeps activations beyond backward passes. */
  CovarianceGradient(LearningProblem problem, ClassifierWeight weight) {
    network = problem.network();
    memory = network.memory();
    network.retainActivations();
    view = network.view();
    twin = view.twin();
    this.weight = weight;
    trainable = problem.trainable();
    workers = problem.workers();
    metaLoss = JointLoss.of(new CrossEntropy().bind(problem.counts()), workers);
  }

  /**
   * The gradient of a meta step.
   *
   * @param pseudoLoss augmented loss before the pseudo step
   * @param metaLoss mean cross-entropy of the meta batch after the pseudo step
   * @param gradient of the meta loss with respect to the covariances
   */
  record MetaGradient(double pseudoLoss, double metaLoss, ClassRows gradient) {}

  /** The network after the pseudo step; its gradients are those of the meta loss. */
  Network pseudo() {
    return twin;
  }

  /**
   * Takes a pseudo step with the network's gradients, which are those of {@code value}, and the
   * rate {@code alpha}, and differentiates exactly. The network's last forward pass must be that of
   * {@code value}, and stays.
   */
  MetaGradient exact(AugmentedLoss.Value value, Batch meta, double alpha) {
    double ofMeta = lookAhead(meta, alpha);
    INDArray along = twin.gradients();
    ClassRows derivative =
        value.covarianceGradientTangent(
            network.tangent(along).logits(), memory.host(weight.in(along)));
    return metaGradient(value.loss(), ofMeta, derivative.times(-alpha));
  }

  /** As {@link #exact}, with the derivative of {@code logits} by one more forward pass. */
  MetaGradient byForwardDifference(
      AugmentedLoss.Value value, INDArray images, INDArray logits, Batch meta, double alpha) {
    double ofMeta = lookAhead(meta, alpha);
    double step = step();
    move(-step, twin.gradients());
    INDArray moved = twin.forward(images, Mode.BATCH_STATISTICS).logits();
    ClassRows derivative =
        value.covarianceGradientTangent(
            moved.sub(logits).divi(step), memory.host(weight.in(twin.gradients())));
    return metaGradient(value.loss(), ofMeta, derivative.times(-alpha));
  }

  /** As {@link #exact}, by a central difference of two forward passes. */
  MetaGradient byDifference(
      AugmentedLoss loss,
      double pseudoLoss,
      ClassRows covariances,
      double ratio,
      INDArray images,
      LossBatch batch,
      Batch meta,
      double alpha) {
    double ofMeta = lookAhead(meta, alpha);
    double step = step();
    ClassRows above = gradientAt(step, loss, covariances, ratio, images, batch);
    ClassRows below = gradientAt(-step, loss, covariances, ratio, images, batch);
    return metaGradient(pseudoLoss, ofMeta, above.plus(below, -1).times(-alpha / (2 * step)));
  }

  /** Adds up the workers' parts. */
  private MetaGradient metaGradient(double pseudoLoss, double ofMeta, ClassRows gradient) {
    return new MetaGradient(
        workers.sum(pseudoLoss), workers.sum(ofMeta), Sums.over(workers, gradient));
  }

  private double step() {
    double relative = network.type() == DataType.DOUBLE ? STEP_64 : STEP_32;
    return relative / Math.max(memory.host(twin.gradients()).norm2Number().doubleValue(), 1e-30);
  }

  private double lookAhead(Batch meta, double alpha) {
    Sums.over(workers, memory, network.gradients(), trainable);
    move(alpha, network.gradients());
    Activations activations = twin.forward(meta.images(), Mode.TRAIN);
    LossValue value = metaLoss.evaluate(activations.logits(), meta.labels());
    twin.backward(value.gradLogits());
    Sums.over(workers, memory, twin.gradients(), trainable);
    return value.value();
  }

  private ClassRows gradientAt(
      double step,
      AugmentedLoss loss,
      ClassRows covariances,
      double ratio,
      INDArray images,
      LossBatch batch) {
    move(-step, twin.gradients());
    Activations activations = twin.forward(images, Mode.BATCH_STATISTICS);
    LossBatch moved =
        new LossBatch(
            Optional.of(activations.features()),
            activations.logits(),
            batch.labels(),
            batch.rows(),
            batch.iteration());
    return loss.evaluate(moved, memory.host(weight.in(twin.parameters())), covariances, ratio)
        .covarianceGradient();
  }

  /** Sets the twin's parameters to the network's less {@code rate * direction}. */
  private void move(double rate, INDArray direction) {
    memory.copy(network.parameters(), twin.parameters());
    PLAIN.step(memory, twin.parameters(), direction, null, rate, trainable, 0);
  }

  @Override
  public void close() {
    network.releaseActivations();
    twin.close();
    view.close();
  }
}
