package longtail.method.centroids;

import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.loss.DiscCentroids;
import longtail.loss.LossBatch;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.MethodState;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.Update;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of {@link DiscriminativeCentroids}. */
final class DiscriminativeCentroidsLearner implements Learner {
  private final DiscriminativeCentroids method;
  private final LearningProblem problem;
  private final Update update;
  private final int length;
  private final Optional<INDArray> ofHead;
  private CentroidState centroids;

  DiscriminativeCentroidsLearner(DiscriminativeCentroids method, LearningProblem problem) {
    if (problem.workers().workers() > 1) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "discriminative-centroids cannot take a step together with other workers, whose images its centroids do not see: choose averaging.scope: round");
    }
    this.method = method;
    this.problem = problem;
    update = problem.update();
    length = problem.network().classes() * problem.network().featureWidth();
    ofHead =
        problem.network().layout().stream()
            .filter(block -> block.role() == Role.CENTROIDS)
            .findFirst()
            .map(
                block ->
                    block
                        .in(problem.network().parameters())
                        .reshape('c', new long[] {block.length()}));
    centroids = beginning();
  }

  @Override
  public StepResult step(StepBatches batches, double rate, long iteration) {
    Batch batch = batches.main();
    Network network = problem.network();
    Activations activations = network.forward(batch.images(), Mode.TRAIN);
    double correct = batch.correct(activations.logits());
    LossValue ofLogits =
        problem
            .loss()
            .evaluate(
                new LossBatch(
                    Optional.of(activations.features()),
                    activations.logits(),
                    batch.labels(),
                    batch.rows(),
                    iteration));
    INDArray rows = centroids.centroids().reshape('c', network.classes(), network.featureWidth());
    DiscCentroids.Value ofFeatures =
        method.loss().evaluate(activations.features(), batch.labels(), rows, method.weight());
    double loss = ofLogits.value() + method.weight() * ofFeatures.loss();
    if (Double.isFinite(loss)) {
      INDArray gradFeatures = ofFeatures.gradFeatures();
      ofLogits.gradFeatures().ifPresent(gradFeatures::addi);
      network.backward(gradFeatures, ofLogits.gradLogits());
      update.step(rate, iteration);
      centroids.step(ofFeatures.gradCentroids(), iteration);
    }
    return new StepResult(
        batch.size(),
        loss,
        correct,
        Map.of("centroid_attraction", ofFeatures.attract(), "centroid_push", ofFeatures.repel()));
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

  @Override
  public void close() {
    update.close();
  }

  @Override
  public Optional<MethodState> memory() {
    return Optional.of(centroids);
  }

  @Override
  public void restore(byte[] state) {
    if (state.length == 0) {
      centroids = beginning();
    } else {
      centroids.restore(state);
    }
  }

  private CentroidState beginning() {
    return new CentroidState(fresh(), method.optimizer(), ofHead.map(this::told));
  }

  private Consumer<INDArray> told(INDArray rows) {
    return numbers -> problem.network().memory().upload(numbers.castTo(rows.dataType()), rows);
  }

  /** Those that the head remembers already, or else standard normal numbers. */
  private double[] fresh() {
    SplittableRandom random = RandomStreams.of(problem.seed());
    return ofHead
        .map(rows -> problem.network().memory().host(rows).toDoubleVector())
        .orElseGet(
            () ->
                DoubleStream.generate(() -> RandomStreams.gaussian(random))
                    .limit(length)
                    .toArray());
  }
}
