package longtail.method.distill;

import java.util.Optional;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.loss.DistillationFunction;
import longtail.loss.LossBatch;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.Update;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.layer.Mode;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link Distill} on a worker, which has the teacher, or what it said, beside the student. */
final class DistillLearner implements Learner {
  private final Network student;
  private final Teacher teacher;
  private final DistillationFunction loss;
  private final Update update;
  private final Collective workers;

  DistillLearner(Distill method, LearningProblem problem) {
    student = problem.network();
    loss = method.loss().bind(problem.counts(), problem.seed(), problem.workers());
    update = problem.update();
    workers = problem.workers();
    teacher = method.open(problem.networks());
    if (teacher.classes() != student.classes()) {
      int classes = teacher.classes();
      teacher.close();
      throw new LongTailException(
          ErrorCode.CONFIG,
          "learning from the teacher %s: it knows %d classes, the student %d; choose a teacher of the same dataset"
              .formatted(method.source(), classes, student.classes()));
    }
  }

  @Override
  public void epoch(int epoch) {
    loss.epoch(epoch);
  }

  @Override
  public StepResult step(StepBatches batches, double rate, long iteration) {
    Batch batch = batches.main();
    INDArray lessons = teacher.logits(batch);
    Activations activations = student.forward(batch.images(), Mode.TRAIN);
    double correct = batch.correct(activations.logits());
    LossValue value =
        loss.evaluate(
            new LossBatch(
                Optional.of(activations.features()),
                activations.logits(),
                batch.labels(),
                batch.rows(),
                iteration),
            lessons);
    double ofStep = workers.sum(value.value());
    if (Double.isFinite(ofStep)) {
      student.backward(
          value.gradFeatures().orElse(null), value.gradLogits(), update.duringBackward());
      update.step(rate, iteration);
    }
    return new StepResult(batch.size(), ofStep, correct);
  }

  @Override
  public void endEpoch() {
    update.endEpoch();
  }

  @Override
  public INDArray parameters() {
    return student.parameters();
  }

  @Override
  public INDArray optimizerState() {
    return update.state();
  }

  @Override
  public void close() {
    teacher.close();
    update.close();
  }
}
