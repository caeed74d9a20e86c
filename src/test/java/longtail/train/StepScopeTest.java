package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.method.Method;
import longtail.method.metasaug.Metasaug;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.statistics.ClassRows;
import longtail.statistics.ClassStatistics;
import longtail.statistics.CovarianceChanges;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Rounds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Steps that several workers take together are those of one worker with all their images. */
class StepScopeTest {
  private static final String YAML =
      """
      name: together
      data: {transforms: [{type: pad-crop, padding: 1}, {type: horizontal-flip}]}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, precision: float64}
      stages:
        - name: all
          epochs: 2
          batch-size: 8
          loss: %s
          optimizer: {type: sgd, lr: 0.05, momentum: 0.9, nesterov: true}
          schedule: constant
        - {name: head, epochs: 1, batch-size: 8, sampler: class-balanced, freeze: backbone}
      averaging: {every: 2, scope: step}
      """;

  private static final String META =
      """
      name: together
      data: {transforms: [{type: pad-crop, padding: 1}, {type: horizontal-flip}]}
      model:
        backbone: {type: cifar-resnet, depth: 8, width: 4}
        precision: float64
        head: %s
      stages:
        - name: all
          epochs: 3
          batch-size: 9
          optimizer: {type: sgd, lr: 0.05, momentum: 0.9, nesterov: true}
          schedule: constant
          method: %s
          loss: %s
          freeze: %s
      averaging: {every: 2, scope: step}
      """;

  @TempDir Path directory;
  private ShardedDataset dataset;
  private ShardedDataset meta;

  @BeforeEach
  void prepare() throws IOException {
    dataset = PreparedToys.write(directory, "toys", 8);
    meta = PreparedToys.write(directory, "meta", 8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cross-entropy",
        "{type: weighted-cross-entropy, weights: {type: inverse-power, exponent: 1}}",
        "{type: focal, gamma: 1}"
      })
  void anyNumberOfWorkersTakesTheStepsOfOne(String loss) {
    requireSame(Experiment.parse(YAML.formatted(loss), "test", List.of()));
  }

  @Test
  void gradientsAreClippedAsThoseOfOneWorkerWithAllImages() {
    String clipped = "cross-entropy\n    clip-norm: 0.05";
    requireSame(Experiment.parse(YAML.formatted(clipped), "test", List.of()));
  }

  /** Among the losses is one whose divisor is the sum of the weights of all images. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: metasaug, persist-covariance: true, meta: {batch-size: 6}} | {type: ldam, scale: 1} | none",
        "{type: metasaug, covariance: diagonal, meta: {batch-size: 6, every: 2}}"
            + "| {type: weighted-cross-entropy, weights: {type: inverse-power, exponent: 1}} | none",
        "{type: metasaug, start-epoch: 1, meta: {batch-size: 6, gradient: forward-difference}}"
            + "| cross-entropy | backbone",
        "{type: balanced-meta-softmax, meta-batch-size: 6} | balanced-softmax | backbone",
        "{type: balanced-meta-softmax, init-power: 0.5, lag: 1, meta-batch-size: 6}"
            + "| balanced-softmax | none",
        "glmc | cross-entropy | none",
        "{type: glmc, rebalance: {type: weighted-cross-entropy, weights: inverse-power}}"
            + "| label-smoothing | none"
      })
  void methodsToo(String method, String loss, String freeze) {
    String head = method.contains("glmc") ? "{type: glmc, embedding: 8}" : "linear";
    requireSame(Experiment.parse(META.formatted(head, method, loss, freeze), "test", List.of()));
  }

  @Test
  void branchesToo() {
    requireSame(
        Experiment.parse(
            META.formatted("linear", "bbn", "cross-entropy", "none"),
            "test",
            List.of(
                "model.backbone={type: bilateral, trunk: {type: cifar-resnet, depth: 8, width: 4}}")));
  }

  private void requireSame(Experiment experiment) {
    TrainingState one = run(experiment, 1);
    Method method = experiment.stages().get(0).method();
    for (int workers : new int[] {2, 3}) {
      TrainingState many = run(experiment, workers);
      assertThat(many.cursor()).isEqualTo(one.cursor());
      assertClose(many.parameters(), one.parameters());
      assertClose(many.optimizer(), one.optimizer());
      assertThat(many.method()).hasSameSizeAs(one.method());
      if (one.method().length > 0) {
        assertClose(numbers(method, many.method()), numbers(method, one.method()));
      }
    }
  }

  /** All numbers of a method's state: rates and moments, or what is known of each class. */
  private FlatVector numbers(Method method, byte[] state) {
    ByteBuffer in = ByteBuffer.wrap(state);
    if (!(method instanceof Metasaug)) {
      double[] numbers = new double[state.length / Double.BYTES];
      in.asDoubleBuffer().get(numbers);
      return FlatVector.of(numbers);
    }
    ClassStatistics statistics = ClassStatistics.from(in.position(Integer.BYTES));
    int[] classes = IntStream.range(0, statistics.classes()).toArray();
    ClassRows known = statistics.covariances(classes, DataType.DOUBLE);
    CovarianceChanges learned = CovarianceChanges.from(in.position(in.position() + Integer.BYTES));
    ClassRows none = new ClassRows(classes, known.values().like());
    List<double[]> parts = new ArrayList<>();
    for (int c : classes) {
      parts.add(new double[] {statistics.count(c)});
      parts.add(statistics.mean(c));
    }
    parts.add(known.values().ravel().toDoubleVector());
    parts.add(learned.applied(none).values().ravel().toDoubleVector());
    return FlatVector.of(parts.stream().flatMapToDouble(Arrays::stream).toArray());
  }

  @Test
  void aWorkerWithoutImagesIsNotPossible() {
    Experiment experiment =
        Experiment.parse(YAML.formatted("cross-entropy"), "test", List.of("stages.0.batch-size=2"));
    assertThatThrownBy(() -> run(experiment, 3))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("raise the batch size of stage 'all'");
  }

  private TrainingState run(Experiment experiment, int workers) {
    return new TogetherRounds(
            experiment,
            Rounds.of(experiment, dataset.samples().size()),
            workers,
            w -> Worker.open(experiment, dataset, Optional.of(meta), w, workers, PreparedToys.CONF))
        .run(start(experiment), Integer.MAX_VALUE, round -> {});
  }

  private TrainingState start(Experiment experiment) {
    try (Network network = experiment.network(dataset)) {
      return TrainingState.initial(FlatVector.copyOf(network.parameters()));
    }
  }

  private static void assertClose(FlatVector actual, FlatVector expected) {
    assertThat(actual.length()).isEqualTo(expected.length());
    for (int i = 0; i < actual.length(); i++) {
      double tolerance = 1e-9 * (1 + Math.abs(expected.at(i)));
      if (Math.abs(actual.at(i) - expected.at(i)) > tolerance) {
        assertThat(actual.at(i)).as("element %d", i).isEqualTo(expected.at(i));
      }
    }
  }
}
