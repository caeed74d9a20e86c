package longtail.method.glmc;

import longtail.RandomStreams;
import longtail.loss.JointLoss;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.Update;
import longtail.mix.TwoSamplerMix;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Draws how the views of a step are mixed, then steps. The draws are named by the seed and the
 * iteration, so all workers mix with the same share and box, and a resumed run repeats them; it
 * remembers nothing but the optimiser's state.
 */
final class GlmcLearner implements Learner {
  private final Glmc method;
  private final LearningProblem problem;
  private final Update update;
  private final GlmcLoss loss;
  private final GlmcStep step;

  GlmcLearner(Glmc method, LearningProblem problem) {
    this.method = method;
    this.problem = problem;
    update = problem.update();
    loss =
        new GlmcLoss(
            problem.loss(),
            JointLoss.of(
                method.rebalance().bind(problem.counts(), problem.seed()), problem.workers()),
            method.similarity(),
            problem.workers());
    step = new GlmcStep(problem.network(), loss, update, method.cutLabels(), problem.workers());
  }

  @Override
  public void epoch(int epoch) {
    loss.epoch(epoch, method.progress(epoch, problem.epochs()));
  }

  @Override
  public StepResult step(StepBatches batches, double rate, long iteration) {
    INDArray images = batches.main().images();
    TwoSamplerMix.Shared shared =
        TwoSamplerMix.Shared.draw(
            method.beta(),
            RandomStreams.of(problem.seed(), iteration),
            Math.toIntExact(images.size(1)),
            Math.toIntExact(images.size(2)));
    return step.run(batches, shared, rate, iteration);
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
    step.close();
    update.close();
  }
}
