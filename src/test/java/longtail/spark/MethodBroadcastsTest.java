package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.Collective;
import longtail.method.Metasaug;
import longtail.method.Method;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.statistics.Covariance;
import longtail.train.Averaging;
import longtail.train.Cursor;
import longtail.train.Experiment;
import longtail.train.FlatVector;
import longtail.train.MergedResult;
import longtail.train.MethodHistory;
import longtail.train.Round;
import longtail.train.Rounds;
import longtail.train.StatisticsBenchmark;
import longtail.train.TrainingState;
import longtail.train.Worker;
import longtail.train.WorkerResult;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States of a method of 40 classes, few of which a round sees. */
class MethodBroadcastsTest {
  private static final int ROUNDS = 8;
  private static final Configuration CONF = new Configuration();
  private static final RoundSetting SETTING =
      new RoundSetting(
          "40 classes",
          "{type: cifar-resnet, depth: 8, width: 4}",
          40,
          2,
          8,
          Covariance.DIAGONAL,
          "{type: ldam, scale: 1.0}",
          "none");
  private static final Experiment EXPERIMENT = SETTING.experiment(6, 1);
  private static final Method METHOD = EXPERIMENT.stages().get(0).method();

  @TempDir static Path directory;
  private static JavaSparkContext spark;
  private static ShardedDataset training;
  private static ShardedDataset meta;
  private static Rounds rounds;

  @BeforeAll
  static void start() {
    spark = LocalSpark.open(2);
    RandomImages images = new RandomImages(SETTING.classes(), SETTING.size());
    String data = directory.resolve("train").toString();
    training = images.publish(data, SETTING.labels(), CONF);
    meta = images.publish(EXPERIMENT.data().metaOf(data), SETTING.metaLabels(), CONF);
    rounds = Rounds.of(EXPERIMENT, training.samples().size());
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  private static TrainingState beginning() {
    try (Network network = EXPERIMENT.network(training)) {
      FlatVector parameters = FlatVector.copyOf(network.parameters());
      byte[] method =
          Metasaug.knowing(
              StatisticsBenchmark.of(Covariance.DIAGONAL, 40, network.featureWidth()).filled(8));
      return TrainingState.of(
          new Cursor(0, 500, 0),
          1,
          parameters,
          FlatVector.zeros(parameters.type(), parameters.length()),
          method,
          0);
    }
  }

  /** The states of workers that are given the whole state in every round. */
  private static List<TrainingState> expected() {
    List<Worker> workers =
        IntStream.range(0, 2)
            .mapToObj(index -> Worker.open(EXPERIMENT, training, Optional.of(meta), index, 2, CONF))
            .toList();
    List<TrainingState> states = new ArrayList<>(List.of(beginning()));
    for (int i = 0; i < ROUNDS; i++) {
      TrainingState state = states.get(i);
      Round round = rounds.next(state.cursor());
      MergedResult merged =
          MergedResult.ofWhole(workers.stream().map(w -> w.run(state, round.steps())).toList());
      states.add(rounds.commit(state, round, merged));
    }
    workers.forEach(Worker::close);
    return states;
  }

  @Test
  void workersThatStayAndWorkersThatBeginAnewGoOnAlike() {
    List<TrainingState> expected = expected();
    Broadcast<SerializableConfiguration> conf =
        spark.broadcast(new SerializableConfiguration(CONF));
    ExecutorSetup setup = new ExecutorSetup(EXPERIMENT.yaml(), training.directory(), 2, conf);
    try (WorkerGroup group =
        WorkerGroup.of(spark, "changes", 2, setup::worker, Averaging.Scope.ROUND)) {
      TrainingState state = expected.get(0);
      for (int i = 0; i < ROUNDS; i++) {
        if (i % 3 == 2) {
          // as if the executors were lost
          Resident.dismissAll("changes");
        }
        Round round = rounds.next(state.cursor());
        RoundResult result = group.round(state, METHOD, round.steps());
        // a repeated round begins where the first one did
        RoundResult again = group.round(state, METHOD, round.steps());
        assertThat(again.merged().parameters()).isEqualTo(result.merged().parameters());
        state = rounds.commit(state, round, result.merged());
        assertThat(state).isEqualTo(expected.get(i + 1));
      }
    }
  }

  @Test
  void aStateThatCouldNotBeFetchedIsFetchedAgain() {
    TrainingState state = beginning();
    int steps = rounds.next(state.cursor()).steps();
    try (Worker worker = Worker.open(EXPERIMENT, training, Optional.of(meta), 0, 2, CONF)) {
      WorkerResult expected = worker.run(state, steps);
      worker.run(state.withoutMethod(), steps);
      assertThatThrownBy(
              () -> worker.run(state, Optional.empty(), new Whole(), steps, Collective.ALONE))
          .isInstanceOf(IllegalStateException.class);
      WorkerResult again =
          worker.run(state, Optional.empty(), new Whole(state.method()), steps, Collective.ALONE);
      assertThat(again.parameters()).isEqualTo(expected.parameters());
      assertThat(again.method()).isEqualTo(expected.method());
    }
  }

  /** A state without those before it; one without bytes cannot be fetched. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Whole(byte... state) implements MethodHistory {
    @Override
    public long version() {
      return 1;
    }

    @Override
    public Optional<List<byte[]>> since(long held) {
      return held == version() ? Optional.of(List.of()) : Optional.empty();
    }

    @Override
    public byte[] whole() {
      if (state.length == 0) {
        throw new IllegalStateException("the executor that held it is lost");
      }
      return state;
    }

    @Override
    public List<byte[]> sinceWhole() {
      return List.of();
    }
  }

  @Test
  void onlyWhatChangedIsSentToWorkersThatStay() {
    List<TrainingState> states = expected();
    int whole = states.get(0).method().length;
    try (MethodBroadcasts broadcasts = new MethodBroadcasts(spark)) {
      BroadcastHistory history = broadcasts.next(states.get(0), METHOD);
      long sent = history.whole().length;
      long snapshots = 1;
      for (TrainingState state : states.subList(1, states.size())) {
        BroadcastHistory next = broadcasts.next(state, METHOD);
        List<byte[]> changes = next.since(history.version()).orElseThrow();
        assertThat(changes).hasSize(1);
        // six images have at most six classes
        assertThat(changes.get(0).length).isLessThan(whole * 6 / 40 + 100);
        sent += changes.get(0).length;
        if (next.snapshotVersion() != history.snapshotVersion()) {
          snapshots++;
          sent += next.whole().length;
        }
        assertThat(next.since(next.version())).contains(List.of());
        assertThat(next.since(next.version() + 1)).isEmpty();
        history = next;
      }
      assertThat(snapshots).isGreaterThan(1);
      assertThat(sent).isLessThan((long) whole * ROUNDS / 2);
    }
  }

  @Test
  void aMethodWithoutChangesIsSentAsAWhole() {
    Method supervised = new Method.Supervised();
    try (MethodBroadcasts broadcasts = new MethodBroadcasts(spark)) {
      TrainingState state = beginning();
      BroadcastHistory first = broadcasts.next(state, supervised);
      assertThat(first.whole()).isEqualTo(state.method());
      // nothing changed, nothing is sent
      assertThat(broadcasts.next(state, supervised)).isEqualTo(first);
      BroadcastHistory empty = broadcasts.next(state.withoutMethod(), supervised);
      assertThat(empty.since(first.version())).isEmpty();
      assertThat(empty.whole()).isEmpty();
    }
  }
}
