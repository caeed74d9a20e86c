package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import longtail.shard.ShardedDataset;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers whose batches are drawn with priorities that follow the training. */
class ClassPrioritiesTrainingTest {
  private static final String YAML =
      """
      name: toy
      data: {transforms: []}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, precision: float64}
      stages:
        - name: hard
          epochs: 3
          batch-size: 8
          method: {type: class-priorities, priority: {hardness: %s, momentum: 0.3, rescaling: always}}
          optimizer: {type: sgd, lr: 0.1}
          schedule: constant
          freeze: %s
          frozen-norm: running
        - {name: after, epochs: 1, batch-size: 8}
      averaging: {every: 2}
      loading: {ahead: %d}
      """;

  @TempDir Path directory;
  private ShardedDataset dataset;

  @BeforeEach
  void prepare() throws IOException {
    dataset = PreparedToys.write(directory, "toys", 8);
  }

  @Test
  void aRunThatIsResumedAnywhereEqualsTheUninterruptedOneToTheBit() {
    Experiment experiment = experiment("score", "none", 2);
    TrainingState uninterrupted = run(experiment, start(experiment), 2, Integer.MAX_VALUE);
    for (int rounds : new int[] {1, 2, 4}) {
      TrainingState stopped = run(experiment, start(experiment), 2, rounds);
      assertThat(run(experiment, stopped, 2, Integer.MAX_VALUE)).isEqualTo(uninterrupted);
    }
  }

  @Test
  void batchesAheadDoNotChangeTheResult() {
    Experiment one = experiment("cross-entropy", "none", 1);
    Experiment four = experiment("cross-entropy", "none", 4);
    TrainingState start = start(one);
    assertThat(run(four, start, 1, Integer.MAX_VALUE))
        .isEqualTo(run(one, start, 1, Integer.MAX_VALUE));
  }

  @Test
  void theFindingsOfSeveralWorkersMakeTheStateThatOneWouldHave() {
    // a frozen backbone and a rate of 0: what is found does not depend on who looks
    Experiment experiment =
        Experiment.parse(
            YAML.formatted("entropy", "backbone", 1),
            "test",
            List.of("stages.0.optimizer.lr=0.0000000001"));
    TrainingState start = start(experiment);
    double[] one = numbers(run(experiment, start, 1, 4).method());
    for (int workers : new int[] {2, 3}) {
      double[] several = numbers(run(experiment, start, workers, 4).method());
      assertThat(several).hasSameSizeAs(one).containsExactly(one, Offset.offset(1e-6));
    }
    assertThat(one).isNotEmpty();
  }

  /** Sum of the manual part, hardness and changes of all images. */
  private static double[] numbers(byte[] state) {
    double[] numbers = new double[(state.length - Integer.BYTES) / Double.BYTES];
    ByteBuffer.wrap(state).position(Integer.BYTES).slice().asDoubleBuffer().get(numbers);
    return numbers;
  }

  private static Experiment experiment(String hardness, String freeze, int ahead) {
    return Experiment.parse(YAML.formatted(hardness, freeze, ahead), "test", List.of());
  }

  private TrainingState start(Experiment experiment) {
    try (var network = experiment.network(dataset)) {
      return TrainingState.initial(FlatVector.copyOf(network.parameters()));
    }
  }

  private TrainingState run(
      Experiment experiment, TrainingState from, int workers, int roundsToDo) {
    Rounds rounds = Rounds.of(experiment, dataset.samples().size());
    List<Worker> all = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      all.add(Worker.open(experiment, dataset, Optional.empty(), w, workers, PreparedToys.CONF));
    }
    TrainingState state = from;
    for (int i = 0; i < roundsToDo && !rounds.finished(state.cursor()); i++) {
      Round round = rounds.next(state.cursor());
      TrainingState before = state;
      MergedResult merged =
          MergedResult.ofWhole(all.stream().map(w -> w.run(before, round.steps())).toList());
      state = rounds.commit(state, round, merged);
    }
    all.forEach(Worker::close);
    return state;
  }
}
