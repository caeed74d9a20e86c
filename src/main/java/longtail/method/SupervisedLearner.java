package longtail.method;

import java.util.Optional;
import longtail.loss.LossBatch;
import longtail.loss.LossValue;
import longtail.nn.Activations;
import longtail.nn.Mode;
import longtail.nn.Network;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Forward, loss, backward, update. It remembers nothing but the optimiser's state. */
final class SupervisedLearner implements Learner {
  private final LearningProblem problem;
  private final Update update;

  SupervisedLearner(LearningProblem problem) {
    this.problem = problem;
    update = problem.update();
  }

  @Override
  public StepResult step(StepBatches batches, double rate, long iteration) {
    Batch batch = batches.main();
    Network network = problem.network();
    Activations activations = network.forward(batch.images(), Mode.TRAIN);
    int correct = correct(activations.logits(), batch.labels());
    LossValue loss =
        problem
            .loss()
            .evaluate(
                new LossBatch(
                    Optional.of(activations.features()),
                    activations.logits(),
                    batch.labels(),
                    batch.rows(),
                    iteration));
    if (Double.isFinite(loss.value())) {
      network.backward(loss.gradFeatures().orElse(null), loss.gradLogits());
      update.step(rate, iteration);
    }
    return new StepResult(batch.size(), loss.value(), correct);
  }

  @Override
  public void epoch(int epoch) {
    problem.loss().epoch(epoch);
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

  /** How many rows of {@code logits} are largest at their label; a tie counts for the first. */
  static int correct(INDArray logits, int[] labels) {
    int correct = 0;
    try (INDArray predicted = logits.argMax(1)) {
      for (int i = 0; i < labels.length; i++) {
        if (predicted.getLong(i) == labels[i]) {
          correct++;
        }
      }
    }
    return correct;
  }
}
