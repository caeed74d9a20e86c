package longtail.method;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.loss.DiscCentroids;
import longtail.loss.LossBatch;
import longtail.loss.LossValue;
import longtail.nn.Activations;
import longtail.nn.Mode;
import longtail.nn.Network;
import longtail.nn.ParameterBlock;
import longtail.nn.Role;
import longtail.optim.Span;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The steps of {@link DiscriminativeCentroids}. */
final class DiscriminativeCentroidsLearner implements Learner {
  private final DiscriminativeCentroids method;
  private final LearningProblem problem;
  private final Update update;
  private final int length;
  private final Optional<INDArray> ofHead;
  private INDArray centroids;
  private INDArray memory;

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
            .map(block -> view(problem.network().parameters(), block));
    restore(new byte[0]);
  }

  private static INDArray view(INDArray parameters, ParameterBlock block) {
    return parameters.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
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
    INDArray rows = centroids.reshape('c', network.classes(), network.featureWidth());
    DiscCentroids.Value ofFeatures =
        method.loss().evaluate(activations.features(), batch.labels(), rows, method.weight());
    double loss = ofLogits.value() + method.weight() * ofFeatures.loss();
    if (Double.isFinite(loss)) {
      INDArray gradFeatures = ofFeatures.gradFeatures();
      ofLogits.gradFeatures().ifPresent(gradFeatures::addi);
      network.backward(gradFeatures, ofLogits.gradLogits());
      update.step(rate, iteration);
      move(ofFeatures.gradCentroids(), iteration);
    }
    return new StepResult(
        batch.size(),
        loss,
        correct,
        Map.of("centroid_attraction", ofFeatures.attract(), "centroid_push", ofFeatures.repel()));
  }

  private void move(INDArray gradient, long iteration) {
    method
        .optimizer()
        .step(
            centroids,
            gradient.reshape('c', new long[] {length}),
            memory,
            method.optimizer().lr(),
            List.of(new Span(0, length)),
            iteration);
    ofHead.ifPresent(rows -> rows.assign(centroids.castTo(rows.dataType())));
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

  /** The centroids, {@code [classes, width]} row by row, then the state of their optimiser. */
  @Override
  public byte[] state() {
    int numbers = Math.toIntExact(length + memory.length());
    ByteBuffer buffer = ByteBuffer.allocate(Double.BYTES * numbers);
    DoubleBuffer doubles = buffer.asDoubleBuffer().put(centroids.toDoubleVector());
    if (memory.length() > 0) {
      doubles.put(memory.toDoubleVector());
    }
    return buffer.array();
  }

  @Override
  public void restore(byte[] state) {
    int remembered = Math.toIntExact(method.optimizer().stateLength(length));
    double[] numbers = new double[length + remembered];
    if (state.length == 0) {
      System.arraycopy(fresh(), 0, numbers, 0, length);
    } else if (state.length == Double.BYTES * numbers.length) {
      ByteBuffer.wrap(state).asDoubleBuffer().get(numbers);
    } else {
      throw new IllegalArgumentException(
          "the state of the centroids must have %d numbers, had %d"
              .formatted(numbers.length, state.length / Double.BYTES));
    }
    centroids = Nd4j.createFromArray(Arrays.copyOf(numbers, length));
    ofHead.ifPresent(rows -> rows.assign(centroids.castTo(rows.dataType())));
    memory =
        remembered == 0
            ? Nd4j.zeros(DataType.DOUBLE, 0)
            : Nd4j.createFromArray(Arrays.copyOfRange(numbers, length, numbers.length));
  }

  /** Those that the head remembers already, or else standard normal numbers. */
  private double[] fresh() {
    SplittableRandom random = RandomStreams.of(problem.seed());
    return ofHead
        .map(INDArray::toDoubleVector)
        .orElseGet(
            () ->
                DoubleStream.generate(() -> RandomStreams.gaussian(random))
                    .limit(length)
                    .toArray());
  }
}
