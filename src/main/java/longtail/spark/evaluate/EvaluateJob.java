package longtail.spark.evaluate;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassMapping;
import longtail.dataset.Shots;
import longtail.eval.Predictions;
import longtail.nn.Network;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.report.EvaluationReport;
import longtail.report.MetricsLog;
import longtail.shard.ShardedDataset;
import longtail.storage.Digests;
import longtail.storage.FileSystems;
import longtail.storage.OutputLock;
import longtail.storage.StorageFailure;
import longtail.train.checkpoint.CheckpointManifest.TrainingData;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores a model on a prepared dataset: every task takes a part of the rows, and their predictions
 * are put together to the figures, pages and tables of {@link EvaluationReport}, beside {@code
 * predictions.parquet}. Figures do not depend on the number of tasks.
 */
public final class EvaluateJob {
  private static final Logger LOG = LoggerFactory.getLogger(EvaluateJob.class);

  private EvaluateJob() {}

  /**
   * Runs the evaluation.
   *
   * @throws LongTailException (DATA) when the model or the dataset cannot be read, (CONFIG) when
   *     they do not fit together, (DIVERGED) when the model gives NaN
   */
  public static EvaluateResult run(JavaSparkContext spark, EvaluateOptions options) {
    return run(
        spark,
        options,
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
  }

  /**
   * The same.
   *
   * @param progress is told how far it is
   */
  public static EvaluateResult run(
      JavaSparkContext spark, EvaluateOptions options, PrintStream progress) {
    Configuration conf = spark.hadoopConfiguration();
    try (OutputLock lock =
        OutputLock.take(options.output(), "evaluate " + options.model(), LOG::warn, conf)) {
      return run(spark, options, lock, progress);
    }
  }

  private static EvaluateResult run(
      JavaSparkContext spark, EvaluateOptions options, OutputLock lock, PrintStream progress) {
    Configuration conf = spark.hadoopConfiguration();
    SavedModel model = SavedModel.find(options.model(), options.choice(), conf);
    ShardedDataset dataset =
        ShardedDataset.open(options.data(), conf)
            .underClasses(classNames(model, conf), "the model " + options.model());
    requireLinear(options, model);
    Optional<MeanTraining> nearest =
        options.nearestMean().map(wanted -> MeanTraining.of(wanted, model, conf));
    Scorer.View view = view(options, model, dataset, conf);
    EvaluationSubject subject = subject(options, model, dataset, view, nearest);
    subject.requireCounts(options.postHoc());
    int workers = options.workers().orElseGet(spark::defaultParallelism);

    long start = System.nanoTime();
    spark.sc().setJobDescription("evaluate " + subject.name() + " on " + dataset.name());
    ShareEvaluator.Task task = task(dataset, subject, options, view, workers);
    byte[] zip = model.bytes(conf);
    Optional<MeanClassifier> classifier =
        nearest.map(set -> set.fit(spark, zip, task.view(), subject.classNames(), workers));
    ScoringProgress watch = ScoringProgress.of(spark, subject.name(), images(task, conf), progress);
    List<Predictions> predictions = score(spark, task, zip, classifier, watch);
    double seconds = (System.nanoTime() - start) / 1e9;
    lock.requireHeld();
    describe(task.store(), subject, model, zip, conf);
    List<EvaluationReport> reports =
        subject.report(predictions, options.postHoc(), options.output(), log(model, conf), conf);
    return new EvaluateResult(reports, workers, seconds);
  }

  private static EvaluationSubject subject(
      EvaluateOptions options,
      SavedModel model,
      ShardedDataset dataset,
      Scorer.View view,
      Optional<MeanTraining> nearest) {
    Optional<TrainingData> training = model.checkpoint().map(c -> c.manifest().data());
    Shots shots = training.map(TrainingData::shots).orElseGet(dataset::shots);
    Map<String, String> facts = facts(model, dataset, training, options, view, shots);
    nearest.ifPresent(set -> facts.put("classifier", set.description()));
    return new EvaluationSubject(
        options.name().orElseGet(() -> name(model, options)),
        facts,
        dataset.classNames(),
        options
            .counts()
            .map(counts -> counts.under(dataset.classNames()))
            .or(() -> training.map(TrainingData::counts)),
        dataset.counts(),
        shots,
        options.openSet().threshold());
  }

  /** The log of the run that the model is a checkpoint of; nothing if it is not beside it. */
  private static List<Map<String, Object>> log(SavedModel model, Configuration conf) {
    try {
      return model
          .checkpoint()
          .map(checkpoint -> FileSystems.path(checkpoint.directory()).getParent())
          .map(Path::getParent)
          .map(run -> MetricsLog.open(run + "/metrics.jsonl", conf).read())
          .orElse(List.of());
    } catch (LongTailException e) {
      LOG.warn("the page is written without the curves of the training: {}", e.getMessage());
      return List.of();
    }
  }

  private static String name(SavedModel model, EvaluateOptions options) {
    return model.name() + (options.nearestMean().isPresent() ? " nearest class mean" : "");
  }

  private static void requireLinear(EvaluateOptions options, SavedModel model) {
    if (!options.postHoc().taus().isEmpty() && !linear(model)) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "tau normalisation needs the checkpoint of a model with head: linear, %s has another one or is no checkpoint; leave --tau away"
              .formatted(options.model()));
    }
  }

  private static boolean linear(SavedModel model) {
    Optional<Head> head = model.checkpoint().map(c -> c.experiment().model().head());
    return head.orElse(null) instanceof LinearHead;
  }

  /** Says what was stored, if anything was. */
  private static void describe(
      OutputStore store,
      EvaluationSubject subject,
      SavedModel model,
      byte[] zip,
      Configuration conf) {
    if (store.outputs().isEmpty()) {
      return;
    }
    Optional<LinearClassifier> classifier = Optional.empty();
    if (linear(model)) {
      try (Network network = model.network(conf)) {
        classifier = Optional.of(LinearClassifier.of(network));
      }
    }
    StoredOutputs.of(subject, Digests.sha256(zip), store.outputs(), classifier)
        .write(store.directory(), conf);
  }

  private static List<Predictions> score(
      JavaSparkContext spark,
      ShareEvaluator.Task task,
      byte[] model,
      Optional<MeanClassifier> means,
      ScoringProgress watch) {
    Configuration conf = spark.hadoopConfiguration();
    LongAccumulator scored = watch.scored();
    try {
      PredictionTable.clear(task.output(), conf);
      StoredPart.clear(task.store(), conf);
    } catch (IOException e) {
      throw StorageFailure.of(
          "replacing the predictions in",
          (task.output() + " " + task.store().directory()).strip(),
          e);
    }
    Broadcast<byte[]> zip = spark.broadcast(model);
    Broadcast<Optional<MeanClassifier>> classifier = spark.broadcast(means);
    SerializableConfiguration hadoop = new SerializableConfiguration(conf);
    List<Integer> shares = IntStream.range(0, task.parts()).boxed().toList();
    try {
      List<List<Predictions>> parts =
          watch.await(
              spark
                  .parallelize(shares, shares.size())
                  .map(
                      share ->
                          part(
                              task,
                              share,
                              zip.value(),
                              classifier.value(),
                              scored::add,
                              hadoop.value()))
                  .collectAsync());
      PredictionTable.removeAbandoned(task.output(), conf);
      StoredPart.removeAbandoned(task.store(), conf);
      return OutputScorer.merged(parts);
    } catch (IOException e) {
      throw StorageFailure.of("completing the predictions in", task.output(), e);
    } finally {
      zip.destroy();
      classifier.destroy();
    }
  }

  private static List<Predictions> part(
      ShareEvaluator.Task task,
      int share,
      byte[] model,
      Optional<MeanClassifier> means,
      IntConsumer scored,
      Configuration conf) {
    try (ShareEvaluator evaluator = ShareEvaluator.open(task, share, model, means, conf);
        PredictionTable table = PredictionTable.create(task.output(), share, conf);
        StoredPart stored = StoredPart.open(task.store(), share, conf)) {
      List<Predictions> predictions = evaluator.score(table, stored, scored);
      stored.finish();
      table.finish();
      return predictions;
    } catch (IOException e) {
      throw StorageFailure.of("writing the predictions in", task.output(), e);
    }
  }

  private static Scorer.View view(
      EvaluateOptions options, SavedModel model, ShardedDataset dataset, Configuration conf) {
    if (dataset.samples().size() == 0) {
      throw new LongTailException(
          ErrorCode.DATA, "evaluating on %s: it holds no images".formatted(options.data()));
    }
    return Scorer.View.of(
        options.preprocessing().of(model, dataset, conf), dataset, options.batchSize());
  }

  private static ShareEvaluator.Task task(
      ShardedDataset dataset,
      EvaluationSubject subject,
      EvaluateOptions options,
      Scorer.View view,
      int workers) {
    int limit = options.limit().orElse(Integer.MAX_VALUE);
    return new ShareEvaluator.Task(
        options.data(),
        options.openSet().unknown().orElse(""),
        options.output(),
        options.store(),
        view,
        Math.min(workers, Math.min(limit, dataset.samples().size())),
        options.postHoc(),
        subject.counts(),
        subject.classNames(),
        limit);
  }

  /** How many images the task scores. */
  private static int images(ShareEvaluator.Task task, Configuration conf) {
    int unknown =
        task.unknown().isBlank() ? 0 : ShardedDataset.open(task.unknown(), conf).samples().size();
    int known = ShardedDataset.open(task.data(), conf).samples().size();
    return Math.min(known, task.limit()) + Math.min(unknown, task.limit());
  }

  /** The classes of the model; numbers where it does not know their names. */
  private static List<String> classNames(SavedModel model, Configuration conf) {
    return model
        .classNames(conf)
        .orElseGet(
            () -> {
              try (Network network = model.network(conf)) {
                return ClassMapping.numbers(network.classes());
              }
            });
  }

  private static Map<String, String> facts(
      SavedModel model,
      ShardedDataset dataset,
      Optional<TrainingData> training,
      EvaluateOptions options,
      Scorer.View view,
      Shots shots) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("model", model.zip());
    model.checkpoint().ifPresent(c -> facts.put("trained", c.manifest().iteration() + " steps"));
    training.ifPresent(known -> facts.put("training data", known.dataset()));
    facts.put("test data", dataset.name() + ", " + options.data());
    options
        .limit()
        .ifPresent(limit -> facts.put("limit", "the first %d images alone".formatted(limit)));
    facts.put("images as seen", view.pipeline().toString());
    options.openSet().unknown().ifPresent(unknown -> facts.put("images of no class", unknown));
    String source =
        options.counts().isPresent()
            ? "given training counts"
            : training.isPresent() ? "training set" : "counts of the test data themselves";
    facts.put(
        "shots",
        "many above %d, few below %d images; %s"
            .formatted(shots.manyAbove(), shots.fewBelow(), source));
    return facts;
  }
}
