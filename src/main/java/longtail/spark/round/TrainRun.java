package longtail.spark.round;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import longtail.LongTailException;
import longtail.Quantity;
import longtail.Versions;
import longtail.eval.Evaluation;
import longtail.eval.NearestClassMean;
import longtail.nn.Network;
import longtail.report.ClassHeatMap;
import longtail.shard.ShardedDataset;
import longtail.spark.job.Progress;
import longtail.spark.job.RunLog;
import longtail.spark.round.SegmentMessages.FinishedRound;
import longtail.storage.OutputLock;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.TrainableSpans;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Round;
import longtail.train.experiment.Rounds;
import longtail.train.experiment.Stage;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** The driver's part of a training run: round after round, and what is due between them. */
final class TrainRun {
  private final JavaSparkContext spark;
  private final TrainOptions options;
  private final Experiment experiment;
  private final ShardedDataset dataset;
  private final Checkpoints checkpoints;
  private final Network network;
  private final int workers;
  private final OutputLock lock;
  private final PrintStream progress;
  private final Progress shown;
  private final Rounds rounds;
  private Map<String, Double> metrics = Map.of();
  private Optional<Checkpoint> latest = Optional.empty();
  private long examples;
  private long nanos;
  private long firstIteration;
  private long segmentEnd;

  TrainRun(
      JavaSparkContext spark,
      TrainOptions options,
      ShardedDataset dataset,
      Checkpoints checkpoints,
      Network network,
      int workers,
      OutputLock lock,
      PrintStream progress) {
    this.spark = spark;
    this.options = options;
    this.experiment = options.experiment();
    this.dataset = dataset;
    this.checkpoints = checkpoints;
    this.network = network;
    this.workers = workers;
    this.lock = lock;
    this.progress = progress;
    shown = Progress.on(progress);
    this.rounds = Rounds.of(experiment, dataset.samples().size());
  }

  /** Runs from {@code start} to the end. */
  TrainResult from(TrainingState start, Optional<Checkpoint> resumed) {
    latest = resumed;
    firstIteration = start.iteration();
    metrics = resumed.map(checkpoint -> checkpoint.manifest().metrics()).orElse(Map.of());
    Configuration conf = spark.hadoopConfiguration();
    Broadcast<SerializableConfiguration> hadoop =
        spark.broadcast(new SerializableConfiguration(conf));
    ExecutorSetup setup = new ExecutorSetup(experiment.yaml(), options.data(), workers, hadoop);
    String run = experiment.name() + "-" + UUID.randomUUID();
    try (RunLog log =
            RunLog.open(options.output(), description(), experiment, start.iteration(), conf);
        Segments group = Segments.open(spark, run, setup, experiment.averaging(), progress)) {
      announce(start);
      try {
        TrainingState end = trained(start, group, new WorkerScoring(spark, run, setup), log);
        log.complete(experiment.name());
        return result(end);
      } catch (RuntimeException e) {
        keep(log, e);
        throw e;
      } finally {
        // Before the group's last job: were the context to stop at once, Spark would report the
        // executors' answers as lost.
        hadoop.destroy();
      }
    } finally {
      spark.sc().setJobDescription(null);
    }
  }

  /** The last lines say most about what went wrong. */
  private static void keep(RunLog log, RuntimeException failure) {
    try {
      log.flush();
    } catch (LongTailException e) {
      failure.addSuppressed(e);
    }
  }

  private TrainingState trained(
      TrainingState start, Segments group, WorkerScoring scoring, RunLog log) {
    TrainingState state = start;
    while (!rounds.finished(state.cursor())) {
      state = segment(begun(state, group, scoring), group, scoring, log);
    }
    return state;
  }

  /** At the beginning of a stage the state from which its workers begin. */
  private TrainingState begun(TrainingState state, Segments group, WorkerScoring scoring) {
    Stage stage = experiment.stages().get(state.cursor().stage());
    if (!state.cursor().atStageStart()) {
      return state;
    }
    TrainingState from = stage.from() == Stage.From.BEST ? best(stage, state) : state;
    if (stage.reinitialize() != Stage.Reinitialize.CENTROIDS) {
      return from;
    }
    describe("class means for %s epoch %d, step %d", 1, from.iteration());
    NearestClassMean means =
        scoring.classMeans(group.model(from.parameters()), dataset.counts().classes());
    return from.withParameters(HeadCentroids.set(from.parameters(), network.layout(), means));
  }

  /** {@code state} with the model of the best checkpoint before it; the end of a stage has one. */
  private TrainingState best(Stage stage, TrainingState state) {
    Checkpoint best = checkpoints.bestUntil(state.iteration()).orElseThrow();
    progress.printf(
        "stage '%s' begins with the best checkpoint, %s%n", stage.name(), best.directory());
    return state.withParameters(best.model());
  }

  private TrainingState segment(
      TrainingState state, Segments group, WorkerScoring scoring, RunLog log) {
    Stage stage = experiment.stages().get(state.cursor().stage());
    describe("train %s epoch %d, from step %d", state.cursor().epoch() + 1, state.iteration());
    long start = System.nanoTime();
    long[] driver = {segmentEnd == 0 ? 0 : start - segmentEnd};
    Segments.Result result =
        group.run(
            state,
            stage.method(),
            trainable(stage, state),
            (round, iteration) -> {
              report(stage, round, iteration, driver[0], start, log);
              driver[0] = 0;
            });
    segmentEnd = System.nanoTime();
    Round last = result.last();
    TrainingState next = result.state();
    if (last.endsStage()) {
      next = next.concluded(stage);
    }
    nanos += result.nanos();
    int epoch = last.from().epoch() + 1;
    if (rounds.evaluatesMeta(last)) {
      describe("meta-validate %s epoch %d, step %d", epoch, next.iteration());
      Evaluation evaluation =
          scoring.evaluate(
              group.model(next.model(experiment)),
              experiment.data().metaOf(options.data()),
              dataset);
      metaEvaluated(next, ValidationFigures.ofMeta(evaluation), log);
    }
    if (last.due().contains(Round.Due.EVALUATION) && options.validation().isPresent()) {
      describe("validate %s epoch %d, step %d", epoch, next.iteration());
      Evaluation evaluation =
          scoring.evaluate(
              group.model(next.model(experiment)), options.validation().get(), dataset);
      metrics = ValidationFigures.of(evaluation);
      next = evaluated(next, evaluation, log);
      log.confusion(next.iteration(), evaluation);
      next = last.endsStage() ? next : stopped(stage, next, log);
    } else {
      metrics = Map.of();
    }
    lock.requireHeld();
    if (last.due().contains(Round.Due.CHECKPOINT) || next.cursor().atStageStart()) {
      log.flush();
      latest = Optional.of(checkpoints.save(next, network, experiment, dataset, workers, metrics));
    }
    return next;
  }

  /** {@code state}, at the beginning of the next stage if the validation ends this one. */
  private TrainingState stopped(Stage stage, TrainingState state, RunLog log) {
    FollowedValidation.Decision decision = FollowedValidation.after(stage, state, metrics);
    decision.end().ifPresent(log::append);
    decision.line().ifPresent(progress::println);
    return decision.state();
  }

  /** What the state of a segment's end is fetched of; everything where a stage begins. */
  private Optional<TrainableSpans> trainable(Stage stage, TrainingState state) {
    return state.cursor().atStageStart()
        ? Optional.empty()
        : TrainableSpans.of(
            stage, network.layout(), state.parameters().length(), state.optimizer().length());
  }

  private void report(
      Stage stage, FinishedRound round, long iteration, long driver, long start, RunLog log) {
    examples += round.counters().examples();
    double seconds = (nanos + System.nanoTime() - start) / 1e9;
    long done = iteration - firstIteration;
    RoundReport report =
        new RoundReport(
            stage,
            round,
            rounds.learningRate(round.round().from()),
            iteration,
            workers,
            driver,
            rounds.totalSteps() - rounds.stepsBefore(round.round().to()),
            done / seconds);
    log.append(report.values());
    shown.show(report::line);
  }

  private TrainingState evaluated(TrainingState state, Evaluation evaluation, RunLog log) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("event", "evaluation");
    values.put("iteration", state.iteration());
    values.putAll(metrics);
    values.put(ClassHeatMap.BY_CLASS, ValidationFigures.byClass(evaluation));
    log.append(values);
    StringBuilder line = new StringBuilder("validation");
    metrics.forEach(
        (key, value) ->
            line.append(String.format(Locale.ROOT, "  %s %.4f", key.replace('_', ' '), value)));
    progress.println(line);
    Double best = metrics.get(experiment.checkpoints().bestMetric().key());
    return best == null ? state : state.withMetric(best);
  }

  private void metaEvaluated(TrainingState state, Map<String, Object> figures, RunLog log) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("event", "meta_validation");
    values.put("iteration", state.iteration());
    values.putAll(figures);
    log.append(values);
    StringBuilder line = new StringBuilder();
    figures.forEach(
        (key, value) -> {
          if (value instanceof Double number) {
            line.append(String.format(Locale.ROOT, "  %s %.4f", key.replace('_', ' '), number));
          }
        });
    progress.println(line.substring(2));
  }

  private void announce(TrainingState start) {
    progress.printf(
        "Training %s: %s, %s, %s, %s%s%n",
        experiment.name(),
        Quantity.of(dataset.samples().size(), "image"),
        Quantity.of(dataset.counts().classes(), "class"),
        Quantity.of(workers, "worker"),
        Quantity.of(rounds.totalSteps(), "step"),
        start.iteration() == 0 ? "" : ", " + rounds.stepsBefore(start.cursor()) + " of them done");
    if (workers > dataset.shards()) {
      progress.printf(
          "%d of the %d workers have no images, for %s has %s: use fewer workers, or prepare it with more --shards%n",
          workers - dataset.shards(),
          workers,
          options.data(),
          Quantity.of(dataset.shards(), "shard"));
    }
    for (Stage stage : experiment.stages()) {
      if (stage.endsBeforeMeta()) {
        progress.printf(
            "stage '%s' ends after %s, before its method learns from the meta set: compare its epochs with the method's start-epoch%n",
            stage.name(), Quantity.of(stage.epochs(), "epoch"));
      }
    }
  }

  private void describe(String format, int epoch, long iteration) {
    spark.sc().setJobDescription(format.formatted(experiment.name(), epoch, iteration));
  }

  private Map<String, Object> description() {
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("name", experiment.name());
    run.put("seed", experiment.seed());
    run.put("workers", workers);
    run.put("steps", rounds.totalSteps());
    // As a URI, for it is looked up from elsewhere, too.
    run.put(RunLog.DATA, dataset.directory());
    run.put("dataset", dataset.name());
    run.put("fingerprint", dataset.fingerprint());
    options.validation().ifPresent(validation -> run.put("validation", validation));
    run.put("master", spark.master());
    run.put("spark", spark.version());
    run.put("versions", Versions.all());
    run.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return run;
  }

  private TrainResult result(TrainingState state) {
    Checkpoint last = latest.orElseThrow();
    return new TrainResult(
        last.directory(),
        checkpoints.best().map(Checkpoint::directory),
        state.iteration(),
        workers,
        last.manifest().metrics(),
        nanos == 0 ? 0 : examples / (nanos / 1e9));
  }
}
