package longtail.method.supervised;

import java.util.List;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.Update;
import longtail.mix.ImageBatch;
import longtail.mix.MixedBatch;
import longtail.mix.MixedLoss;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.layer.Mode;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mixing if wanted, forward, loss, backward, update. It remembers nothing but the optimiser's
 * state.
 */
public final class SupervisedLearner implements Learner {
  private final LearningProblem problem;
  private final MixedLoss loss;
  private final Update update;
  private final Observer observer;

  /** Looks at a step. */
  @FunctionalInterface
  public interface Observer {
    /**
     * Sees what the network says of a batch; the logits are lent.
     *
     * @param logits {@code [batch, classes]}
     */
    void see(Batch batch, INDArray logits);
  }

  SupervisedLearner(LearningProblem problem) {
    this(problem, (batch, logits) -> {});
  }

  /** A learner whose {@code observer} sees the logits of each batch before it learns from it. */
  public SupervisedLearner(LearningProblem problem, Observer observer) {
    this.problem = problem;
    this.observer = observer;
    loss = new MixedLoss(problem.loss());
    update = problem.update();
  }

  @Override
  public StepResult step(StepBatches batches, double rate, long iteration) {
    MixedBatch batch = mixed(batches, iteration);
    Network network = problem.network();
    Activations activations = network.forward(batch.images(), Mode.TRAIN, batch.mixing());
    observer.see(batches.main(), activations.logits());
    double correct = batch.labels().correct(activations.logits());
    LossValue value = loss.evaluate(activations, batch.labels(), iteration);
    // all workers of a step give up together, not only the one whose images did it
    double ofStep = problem.workers().sum(value.value());
    if (Double.isFinite(ofStep)) {
      network.backward(
          value.gradFeatures().orElse(null), value.gradLogits(), update.duringBackward());
      update.step(rate, iteration);
    }
    return new StepResult(batch.labels().size(), ofStep, correct);
  }

  private MixedBatch mixed(StepBatches batches, long iteration) {
    ImageBatch main = batches.main().samples();
    return problem
        .mixer()
        .map(mixer -> mixer.mix(main, others(batches), iteration))
        .orElseGet(() -> MixedBatch.unmixed(main));
  }

  private static List<ImageBatch> others(StepBatches batches) {
    return batches.others().stream().map(Batch::samples).toList();
  }

  @Override
  public void epoch(int epoch) {
    loss.epoch(epoch);
  }

  @Override
  public void endEpoch() {
    update.endEpoch();
  }

  @Override
  public INDArray parameters() {
    return problem.network().parameters();
  }

  @Override
  public INDArray optimizerState() {
    return update.state();
  }

  @Override
  public void close() {
    update.close();
  }
}
