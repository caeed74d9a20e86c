package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import longtail.shard.ShardedDataset;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers whose batches are drawn with priorities that follow the training. */
class PrioritiesTrainingTest {
  private static final String YAML =
      """
      name: toy
      data: {transforms: []}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, precision: float64}
      stages:
        - name: hard
          epochs: 3
          batch-size: 8
          method: {type: %s, rescaling: always}}
          optimizer: {type: sgd, lr: 0.1}
          schedule: constant
          freeze: %s
          frozen-norm: running
        - {name: after, epochs: 1, batch-size: 8}
      averaging: {every: 2}
      loading: {ahead: %d}
      """;

  /** A method with its priority up to the hardness. */
  private static final String CLASSES = "class-priorities, priority: {momentum: 0.3, hardness: ";

  private static final String IMAGES = "image-priorities, priority: {hardness: ";

  @TempDir Path directory;
  private ShardedDataset dataset;

  @BeforeEach
  void prepare() throws IOException {
    dataset = PreparedToys.write(directory, "toys", 8);
  }

  @ParameterizedTest
  @ValueSource(strings = {CLASSES, IMAGES})
  void aRunThatIsResumedAnywhereEqualsTheUninterruptedOneToTheBit(String method) {
    Experiment experiment = experiment(method + "score", "none", 2);
    TrainingState uninterrupted = run(experiment, start(experiment), 2, Integer.MAX_VALUE);
    for (int rounds : new int[] {1, 2, 4}) {
      TrainingState stopped = run(experiment, start(experiment), 2, rounds);
      assertThat(run(experiment, stopped, 2, Integer.MAX_VALUE)).isEqualTo(uninterrupted);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {CLASSES, IMAGES})
  void batchesAheadDoNotChangeTheResult(String method) {
    Experiment one = experiment(method + "cross-entropy", "none", 1);
    Experiment four = experiment(method + "cross-entropy", "none", 4);
    TrainingState start = start(one);
    assertThat(run(four, start, 1, Integer.MAX_VALUE))
        .isEqualTo(run(one, start, 1, Integer.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(strings = {CLASSES, IMAGES})
  void theFindingsOfSeveralWorkersMakeTheStateThatOneWouldHave(String method) {
    // a frozen backbone and a rate of 0: what is found does not depend on who looks
    Experiment experiment =
        Experiment.parse(
            YAML.formatted(method + "entropy", "backbone", 1),
            "test",
            List.of("stages.0.optimizer.lr=0.0000000001"));
    TrainingState start = start(experiment);
    double[] one = numbers(method, run(experiment, start, 1, 4).method());
    for (int workers : new int[] {2, 3}) {
      double[] several = numbers(method, run(experiment, start, workers, 4).method());
      assertThat(several).hasSameSizeAs(one).containsExactly(one, Offset.offset(1e-6));
    }
    assertThat(one).isNotEmpty();
  }

  /** The numbers of a state, those of images that are named by their rows included. */
  private static double[] numbers(String method, byte[] state) {
    ByteBuffer in = ByteBuffer.wrap(state);
    List<Double> numbers = new ArrayList<>(List.of((double) in.getInt()));
    while (in.hasRemaining()) {
      if (method.equals(IMAGES)) {
        numbers.add((double) in.getInt());
      }
      numbers.add(in.getDouble());
    }
    return numbers.stream().mapToDouble(number -> number).toArray();
  }

  private static Experiment experiment(String method, String freeze, int ahead) {
    return Experiment.parse(YAML.formatted(method, freeze, ahead), "test", List.of());
  }

  private TrainingState start(Experiment experiment) {
    return ToyRounds.start(experiment, dataset);
  }

  private TrainingState run(
      Experiment experiment, TrainingState from, int workers, int roundsToDo) {
    return ToyRounds.run(experiment, dataset, from, workers, roundsToDo);
  }
}
