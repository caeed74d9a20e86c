package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import longtail.nn.Network;
import longtail.nn.ParameterBlock;
import longtail.shard.ShardedDataset;
import longtail.train.Averaging;
import longtail.train.Changing;
import longtail.train.Cursor;
import longtail.train.Experiment;
import longtail.train.FlatVector;
import longtail.train.MergedResult;
import longtail.train.Round;
import longtail.train.Rounds;
import longtail.train.TrainingState;
import longtail.train.Worker;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stages that train the head of a network, of which the rest is sent once. */
class FrozenBroadcastsTest {
  private static final Configuration CONF = new Configuration();
  private static final String YAML =
      """
      name: frozen
      seed: 5
      data: {transforms: [{type: pad-crop, padding: 1}]}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
      stages:
        - name: head
          epochs: 2
          batch-size: 8
          method: %s
          freeze: backbone
          frozen-norm: %s
          reinitialize: head
          optimizer: %s
        - {name: other, epochs: 1, batch-size: 8, freeze: backbone, optimizer: adam}
        - {name: all, epochs: 1, batch-size: 8}
      averaging: {every: 2}
      """;

  @TempDir static Path directory;
  private static JavaSparkContext spark;
  private static ShardedDataset training;
  private static ShardedDataset meta;

  @BeforeAll
  static void start() throws Exception {
    spark = LocalSpark.open(2);
    String data = directory.resolve("train").toString();
    training = ToyDataset.publish(data, 48, 1, CONF);
    meta = ToyDataset.publishBalanced(data + "-meta", 12, 3, CONF);
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: metasaug, covariance: diagonal, persist-covariance: true, meta: {batch-size: 6}}"
            + " | running | {type: sgd, lr: 0.1, momentum: 0.9}",
        "{type: metasaug, lambda: 0.5, meta: {batch-size: 6}} | batch | {type: sgd, lr: 0.1}",
        "{type: balanced-meta-softmax, meta-source: meta, meta-batch-size: 6, lag: 1}"
            + " | batch | {type: sgd, lr: 0.1, momentum: 0.9}",
        "supervised | batch | adam%nmoving-average: {decay: 0.9}%nconstraint: max-norm"
      })
  void aRunEndsAsWithTheWholeVectorsInEveryRound(String method, String norm, String optimizer) {
    Experiment experiment =
        Experiment.parse(
            YAML.formatted(method, norm, optimizer.replace("%n", "\n    ")), "test", List.of());
    Rounds rounds = Rounds.of(experiment, training.samples().size());
    List<TrainingState> expected = expected(experiment, rounds);
    List<ParameterBlock> layout = layout(experiment);
    Broadcast<SerializableConfiguration> conf =
        spark.broadcast(new SerializableConfiguration(CONF));
    ExecutorSetup setup = new ExecutorSetup(experiment.yaml(), training.directory(), 2, conf);
    String run = "frozen " + method + norm;
    try (WorkerGroup group = WorkerGroup.of(spark, run, 2, setup::worker, Averaging.Scope.ROUND)) {
      TrainingState state = expected.get(0);
      for (int i = 1; i < expected.size(); i++) {
        if (i % 4 == 3) {
          // as if the executors were lost
          Resident.dismissAll(run);
        }
        if (i % 5 == 4) {
          // as if it came from a checkpoint
          state = state.withParameters(state.parameters().range(0, state.parameters().length()));
        }
        Round round = rounds.next(state.cursor());
        var stage = experiment.stages().get(round.from().stage());
        Optional<Changing> changing = Changing.of(stage, layout, state);
        assertThat(changing.isPresent()).isEqualTo(frozen(round));
        RoundResult result = group.round(state, stage.method(), changing, round.steps());
        state = rounds.commit(state, round, result.merged());
        assertThat(state).as("state after round %d", i).isEqualTo(expected.get(i));
      }
    }
  }

  private static boolean frozen(Round round) {
    return round.from().stage() < 2 && !round.from().atStageStart();
  }

  private static List<ParameterBlock> layout(Experiment experiment) {
    try (Network network = experiment.network(training)) {
      return network.layout();
    }
  }

  /** The states of workers that are given all of it in every round. */
  private static List<TrainingState> expected(Experiment experiment, Rounds rounds) {
    List<Worker> workers =
        IntStream.range(0, 2)
            .mapToObj(index -> Worker.open(experiment, training, Optional.of(meta), index, 2, CONF))
            .toList();
    List<TrainingState> states = new ArrayList<>();
    try (Network network = experiment.network(training)) {
      states.add(TrainingState.initial(FlatVector.copyOf(network.parameters())));
    }
    while (!rounds.finished(states.get(states.size() - 1).cursor())) {
      TrainingState state = states.get(states.size() - 1);
      Round round = rounds.next(state.cursor());
      MergedResult merged =
          MergedResult.ofWhole(workers.stream().map(w -> w.run(state, round.steps())).toList());
      states.add(rounds.commit(state, round, merged));
    }
    workers.forEach(Worker::close);
    return states;
  }

  @Test
  void onlyWhatTheStageCanChangeIsSent() {
    Experiment running =
        Experiment.parse(YAML.formatted("supervised", "running", "sgd"), "test", List.of());
    Experiment batch =
        Experiment.parse(YAML.formatted("supervised", "batch", "sgd"), "test", List.of());
    List<ParameterBlock> layout = layout(running);
    int all = length(layout, block -> true);
    int head = length(layout, ParameterBlock::head);
    FlatVector vector = FlatVector.of(new float[all]);
    TrainingState state = TrainingState.of(new Cursor(0, 0, 2), 2, vector, vector, new byte[0], 0);
    Changing ofHead = Changing.of(running.stages().get(0), layout, state).orElseThrow();
    assertThat(ofHead.of(state).parameters().length()).isEqualTo(head);
    assertThat(ofHead.of(state).optimizer().length()).isEqualTo(head);
    assertThat(ofHead.rest(state).parameters().length()).isEqualTo(all - head);
    Changing withStatistics = Changing.of(batch.stages().get(0), layout, state).orElseThrow();
    assertThat(withStatistics.of(state).parameters().length())
        .isEqualTo(length(layout, block -> block.head() || !block.trainable()));
    assertThat(Changing.of(running.stages().get(2), layout, state)).isEmpty();
  }

  private static int length(List<ParameterBlock> layout, Predicate<ParameterBlock> wanted) {
    return (int) layout.stream().filter(wanted).mapToLong(ParameterBlock::length).sum();
  }
}
