package longtail.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import longtail.Versions;
import longtail.method.Metasaug;
import longtail.method.Method;
import longtail.nn.Network;
import longtail.nn.ParameterBlock;
import longtail.shard.ShardedDataset;
import longtail.spark.RoundFigures.Cost;
import longtail.spark.RoundFigures.Phase;
import longtail.train.Benchmark;
import longtail.train.Changing;
import longtail.train.Cursor;
import longtail.train.Experiment;
import longtail.train.FlatVector;
import longtail.train.Round;
import longtail.train.Rounds;
import longtail.train.StatisticsBenchmark;
import longtail.train.TrainingState;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Measures what rounds send and how long their phases take, on random images and real Spark.
 *
 * <p>The rounds are those of the midst of a run: the optimiser has moved, and the method has seen
 * every class.
 */
public final class RoundBenchmark {
  private final JavaSparkContext spark;
  private final RoundSetting setting;
  private final Options options;
  private final Experiment experiment;
  private List<ParameterBlock> layout = List.of();

  private RoundBenchmark(JavaSparkContext spark, RoundSetting setting, Options options) {
    this.spark = spark;
    this.setting = setting;
    this.options = options;
    experiment = setting.experiment(options.batch(), options.steps());
  }

  /**
   * How to measure.
   *
   * @param directory for the random images, which are removed in the end; all executors must see it
   * @param batch images of one step, over all workers
   * @param steps of a round
   * @param rounds that are measured, after two that are not
   */
  public record Options(String directory, int batch, int steps, int rounds) {
    /** Checks that the counts are positive. */
    public Options {
      if (batch < 1 || steps < 1 || rounds < 1) {
        throw new IllegalArgumentException(
            "batch, steps and rounds must be at least 1, were %d, %d and %d"
                .formatted(batch, steps, rounds));
      }
    }
  }

  /** Measures {@code setting} with one worker per core of a local master, per executor else. */
  public static RoundFigures run(JavaSparkContext spark, RoundSetting setting, Options options) {
    return new RoundBenchmark(spark, setting, options).run();
  }

  private RoundFigures run() {
    Configuration conf = spark.hadoopConfiguration();
    int workers = TrainJob.defaultWorkers(spark);
    String data = options.directory() + "/" + UUID.randomUUID();
    RandomImages images = new RandomImages(setting.classes(), setting.size());
    ShardedDataset dataset = images.publish(data, setting.labels(), conf);
    images.publish(experiment.data().metaOf(data), setting.metaLabels(), conf);
    Network network = experiment.network(dataset);
    FlatVector parameters = FlatVector.copyOf(network.parameters());
    layout = network.layout();
    StatisticsBenchmark statistics =
        StatisticsBenchmark.of(setting.covariance(), setting.classes(), network.featureWidth());
    network.close();
    StatisticsBenchmark.Figures ofStatistics = statistics.run(options.batch());
    Broadcast<SerializableConfiguration> hadoop =
        spark.broadcast(new SerializableConfiguration(conf));
    ExecutorSetup setup = new ExecutorSetup(experiment.yaml(), data, workers, hadoop);
    String run = "benchmark-" + UUID.randomUUID();
    MetaValidation meta =
        new MetaValidation(spark, run, workers, setup, dataset, experiment.data().metaOf(data));
    Rounds rounds = Rounds.of(experiment, dataset.samples().size());
    List<Map<Phase, Cost>> costs = new ArrayList<>();
    try (WorkerGroup group =
            WorkerGroup.of(spark, run, workers, setup::worker, experiment.averaging().scope());
        RoundTraffic traffic = RoundTraffic.watch(spark)) {
      TrainingState state =
          started(
              group,
              rounds,
              TrainingState.initial(parameters),
              Metasaug.knowing(statistics.filled(options.batch())));
      // the first round from a new state sends all of it
      state = round(state, group, rounds, traffic, RoundFigures.round());
      for (int i = 0; i < options.rounds(); i++) {
        traffic.take();
        Map<Phase, Cost> cost = RoundFigures.round();
        state = round(state, group, rounds, traffic, cost);
        validate(state, meta, traffic, cost);
        costs.add(cost);
      }
      return figures(workers, state, costs, ofStatistics);
    } finally {
      hadoop.destroy();
      RandomImages.remove(data, conf);
      RandomImages.remove(experiment.data().metaOf(data), conf);
    }
  }

  /** The state in the midst of a run, after a round that warms up. */
  private TrainingState started(
      WorkerGroup group, Rounds rounds, TrainingState beginning, byte[] method) {
    Round round = rounds.next(beginning.cursor());
    TrainingState next =
        rounds.commit(beginning, round, group.round(beginning, method(), round.steps()).merged());
    return TrainingState.of(
        new Cursor(0, experiment.stages().get(0).epochs() / 2, 0),
        next.iteration(),
        next.parameters(),
        next.optimizer(),
        method,
        next.bestMetric());
  }

  private Method method() {
    return experiment.stages().get(0).method();
  }

  private TrainingState round(
      TrainingState state,
      WorkerGroup group,
      Rounds rounds,
      RoundTraffic traffic,
      Map<Phase, Cost> cost) {
    Round round = rounds.next(state.cursor());
    Optional<Changing> changing = Changing.of(experiment.stages().get(0), layout, state);
    RoundResult result = group.round(state, method(), changing, round.steps());
    RoundTraffic.Sent sent = traffic.take();
    long start = System.nanoTime();
    TrainingState next = rounds.commit(state, round, result.merged());
    cost.put(Phase.COMMIT, new Cost((System.nanoTime() - start) / 1e6, 0));
    double steps = result.computeNanos() / 1e6;
    double all = result.totalNanos() / 1e6;
    double broadcast = result.broadcastNanos() / 1e6;
    cost.put(Phase.BROADCAST, new Cost(broadcast, sent.broadcastBytes()));
    cost.put(Phase.STEPS, new Cost(steps, 0));
    double results =
        sent.shuffling().map(stage -> Math.max(0, stage.milliseconds() - steps)).orElse(0.0);
    cost.put(
        Phase.RESULTS,
        new Cost(results, sent.shuffling().map(RoundTraffic.Stage::shuffleBytes).orElse(0L)));
    cost.put(
        Phase.MERGE, new Cost(Math.max(0, all - broadcast - steps - results), sent.resultBytes()));
    return next;
  }

  private void validate(
      TrainingState state, MetaValidation meta, RoundTraffic traffic, Map<Phase, Cost> cost) {
    long start = System.nanoTime();
    meta.score(state.model(experiment));
    double milliseconds = (System.nanoTime() - start) / 1e6;
    RoundTraffic.Sent sent = traffic.take();
    cost.put(
        Phase.META_VALIDATION, new Cost(milliseconds, sent.broadcastBytes() + sent.resultBytes()));
  }

  private RoundFigures figures(
      int workers,
      TrainingState state,
      List<Map<Phase, Cost>> costs,
      StatisticsBenchmark.Figures statistics) {
    return new RoundFigures(
        setting.name(),
        spark.master(),
        workers,
        setting.classes(),
        setting.size(),
        options.batch(),
        options.steps(),
        setting.metaLabels().length,
        state.parameters().length(),
        state.method().length,
        costs,
        statistics,
        Benchmark.peakMegabytes(),
        Versions.all());
  }
}
