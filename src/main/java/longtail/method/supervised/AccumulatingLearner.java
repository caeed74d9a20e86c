package longtail.method.supervised;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.loss.LossBatch;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.Update;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.layer.Mode;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Supervised steps whose images go through the network in parts, one after the other, so that
 * feature maps take the memory of one part. Their gradients add up to that of the whole batch:
 * every part counts by its divisor, over the sum of all. Batch normalisations see one part at a
 * time.
 */
final class AccumulatingLearner implements Learner {
  private static final long DROPOUT_STREAM = 0x50415254L;

  private final LearningProblem problem;
  private final LossFunction loss;
  private final Update update;

  /** Adds to the gradients where the network itself overwrites them. */
  private final Network adding;

  /** {@code problem.loss()} must be that of the worker's own images. */
  AccumulatingLearner(LearningProblem problem) {
    this.problem = problem;
    loss = problem.loss();
    update = problem.update();
    adding = problem.network().view();
  }

  @Override
  public StepResult step(StepBatches batches, double rate, long iteration) {
    Batch batch = batches.main();
    int parts = parts(batch);
    KernelMemory memory = problem.network().memory();
    INDArray gradients = problem.network().gradients();
    memory.fill(gradients, 0);
    double value = 0;
    double divisor = 0;
    double correct = 0;
    for (int part = 0; part < parts; part++) {
      Batch some = part(batch, part, parts);
      problem
          .network()
          .drawDropout(
              RandomStreams.of(problem.seed(), DROPOUT_STREAM, iteration, some.places()[0])
                  .nextLong());
      Activations activations = adding.forward(some.images(), Mode.TRAIN);
      correct += some.correct(activations.logits());
      LossValue own =
          loss.evaluate(
              new LossBatch(
                  Optional.of(activations.features()),
                  activations.logits(),
                  some.labels(),
                  some.rows(),
                  iteration));
      OptionalDouble divided = own.divisor();
      double weight = divided.orElse(1);
      value += weight * own.value();
      divisor += divided.isPresent() ? weight : 0;
      adding.backward(
          own.gradFeatures().map(gradient -> gradient.muli(weight)).orElse(null),
          own.gradLogits().muli(weight));
    }
    double[] sums = {value, divisor};
    problem.workers().sum(sums);
    double scale = sums[1] == 0 ? 1 : 1 / sums[1];
    double ofStep = sums[0] * scale;
    // all workers of a step give up together, not only the one whose images did it
    if (Double.isFinite(ofStep)) {
      memory.scale(gradients, scale, 0, gradients.length());
      update.step(rate, iteration);
    }
    return new StepResult(batch.size(), ofStep, correct);
  }

  /** Workers that take a step together go through the network equally often. */
  private int parts(Batch batch) {
    if (problem.workers().workers() > 1 && batch.size() < problem.parts()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "accumulate: %d needs as many images of each of the %d workers that take a step together, one has %d: raise the batch size or lower accumulate"
              .formatted(problem.parts(), problem.workers().workers(), batch.size()));
    }
    return Math.min(problem.parts(), batch.size());
  }

  private static Batch part(Batch batch, int part, int parts) {
    int from = (int) ((long) batch.size() * part / parts);
    int to = (int) ((long) batch.size() * (part + 1) / parts);
    return new Batch(
        batch.views().stream().map(view -> view.get(NDArrayIndex.interval(from, to))).toList(),
        Arrays.copyOfRange(batch.labels(), from, to),
        Arrays.copyOfRange(batch.rows(), from, to),
        Arrays.copyOfRange(batch.places(), from, to));
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
    adding.close();
    update.close();
  }
}
