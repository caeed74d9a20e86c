package longtail.spark.predict;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.Quantity;
import longtail.dataset.ClassMapping;
import longtail.eval.LogitCorrection;
import longtail.nn.Network;
import longtail.report.ContactSheetPage;
import longtail.shard.NetworkOutput;
import longtail.shard.OutputTable;
import longtail.spark.job.JobFailures;
import longtail.spark.job.JobMonitor;
import longtail.spark.job.Progress;
import longtail.spark.job.TaskCounts;
import longtail.spark.predict.UncertainImages.Candidate;
import longtail.storage.Digests;
import longtail.storage.StorageFailure;
import longtail.train.checkpoint.CheckpointManifest.TrainingData;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Says what a model sees on images without labels. One that cannot be read is a row with the
 * reason, never a failure.
 *
 * <p>The images are cut into parts by their number alone, so the predictions are the same to the
 * last bit for any number of tasks. A run that was interrupted is continued by running it again,
 * see {@link PredictionFiles}.
 */
public final class PredictJob {
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final PredictOptions options;
  private final PrintStream progress;
  private final SavedModel model;
  private final byte[] zip;

  private PredictJob(JavaSparkContext spark, PredictOptions options, PrintStream progress) {
    this.spark = spark;
    this.options = options;
    this.progress = progress;
    conf = spark.hadoopConfiguration();
    model = SavedModel.find(options.model(), options.choice(), conf);
    zip = model.bytes(conf);
  }

  /**
   * Runs the prediction.
   *
   * @param progress takes a line every few seconds
   * @throws LongTailException (DATA) when the model or the place of the images cannot be read,
   *     (CONFIG) when the model does not know what a correction needs, (DIVERGED) when the model
   *     gives NaN
   */
  public static PredictSummary run(
      JavaSparkContext spark, PredictOptions options, PrintStream progress) {
    return new PredictJob(spark, options, progress).run();
  }

  /** Scores the first {@code parts} parts alone, and leaves them as an interruption would. */
  static void begin(
      JavaSparkContext spark, PredictOptions options, PrintStream progress, int parts) {
    PredictJob job = new PredictJob(spark, options, progress);
    PredictionFiles files = new PredictionFiles(options.output(), options.format());
    ImageList images = ImageSearch.find(spark, options.images());
    PartPredictor.Task task = job.task(files, images);
    files.begin(job.description(task, images), job.conf);
    PartPlan plan = PartPlan.of(images.size());
    job.score(task, plan, plan.all().subList(0, parts), images);
  }

  private PredictSummary run() {
    long start = System.nanoTime();
    PredictionFiles files = new PredictionFiles(options.output(), options.format());
    ImageList images = ImageSearch.find(spark, options.images());
    PartPredictor.Task task = task(files, images);
    PartPlan plan = PartPlan.of(images.size());
    if (!files.begin(description(task, images), conf)) {
      clearStore();
    }
    List<Integer> missing =
        plan.all().stream().filter(part -> files.finished(part, conf).isEmpty()).toList();
    if (missing.size() < plan.parts()) {
      progress.printf(
          "predict: %d of %d parts are there already%n",
          plan.parts() - missing.size(), plan.parts());
    }
    int scored = score(task, plan, missing, images);
    PartReport.Tally tally = new PartReport.Tally(task.classNames().size());
    plan.all().forEach(part -> tally.add(report(files, part)));
    files.join(
        plan.parts(),
        options.format() == PredictionFormat.CSV ? TextPredictions.heading(task.top()) : "",
        conf);
    PartReport all = tally.report();
    double seconds = (System.nanoTime() - start) / 1e9;
    Optional<String> page = page(task, images, all, tally.uncertain().shown());
    PredictSummary summary = summary(images, task, all, page, scored, seconds);
    files.publish(summary, conf);
    return summary;
  }

  private Optional<String> page(
      PartPredictor.Task task, ImageList images, PartReport all, List<Candidate> shown) {
    if (options.page() == PredictOptions.Page.NONE) {
      return Optional.empty();
    }
    progress.printf("predict %s: drawing %s%n", model.name(), Quantity.of(shown.size(), "image"));
    String file = options.output() + "/" + PredictionFiles.PAGE;
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("model", model.zip());
    facts.put("images", options.images());
    Map<String, Integer> figures = new LinkedHashMap<>();
    figures.put("images", images.size());
    figures.put("classes predicted", all.predicted().size());
    figures.put("rejected below %s".formatted(options.threshold()), all.rejected());
    figures.put("cannot be read", all.unreadable());
    Map<String, String> errors = new LinkedHashMap<>();
    all.errors().forEach(error -> errors.put(error.path(), error.reason()));
    ContactSheetPage.write(
        file,
        "Predictions of " + model.name(),
        facts,
        figures,
        ContactSheet.classes(spark, task, zip, images, all, shown),
        errors,
        conf);
    return Optional.of(file);
  }

  private PartReport report(PredictionFiles files, int part) {
    return files
        .finished(part, conf)
        .orElseThrow(
            () ->
                new LongTailException(
                    ErrorCode.DATA,
                    "collecting the predictions in %s: part %d is gone; run the command again"
                        .formatted(options.output(), part)));
  }

  private PartPredictor.Task task(PredictionFiles files, ImageList images) {
    Optional<TrainingData> training = model.checkpoint().map(c -> c.manifest().data());
    LogitCorrection correction;
    int classes;
    try (Network network = model.network(conf)) {
      classes = network.classes();
      correction =
          TrainedModel.correction(
              options.postHoc(), network, training.map(TrainingData::counts), options.model());
    }
    return new PartPredictor.Task(
        files,
        new SeenImages.View(
            images.location(),
            ModelInput.of(model, options.preprocessing(), images.location(), conf),
            options.orientation(),
            options.limit()),
        correction,
        model.classNames(conf).orElseGet(() -> ClassMapping.numbers(classes)),
        Math.min(options.top(), classes),
        options.threshold(),
        options.store(),
        options.batchSize());
  }

  /** All that the predictions depend on. */
  private Map<String, Object> description(PartPredictor.Task task, ImageList images) {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("model", Digests.sha256(zip));
    description.put("classes", task.classNames());
    description.put("images", images.fingerprint());
    description.put("view", task.view().toString());
    description.put("preprocessing", options.preprocessing().toString());
    description.put("post_hoc", options.postHoc().toString());
    description.put("top", task.top());
    description.put("threshold", task.threshold());
    description.put("batch", task.batchSize());
    description.put("format", options.format().name());
    description.put("store", options.store().toString());
    return description;
  }

  private void clearStore() {
    try {
      for (NetworkOutput output : options.store().outputs()) {
        new OutputTable(output, options.store().directory(), conf).clear();
      }
    } catch (IOException e) {
      throw StorageFailure.of("replacing the outputs in", options.store().directory(), e);
    }
  }

  /** Scores the parts {@code missing} and says how many images they have. */
  private int score(
      PartPredictor.Task task, PartPlan plan, List<Integer> missing, ImageList images) {
    if (missing.isEmpty()) {
      return 0;
    }
    List<Part> parts = missing.stream().map(part -> plan.part(part, images.images())).toList();
    int asked = parts.stream().mapToInt(part -> part.images().size()).sum();
    int tasks = Math.min(parts.size(), options.workers().orElseGet(spark::defaultParallelism));
    Broadcast<byte[]> broadcast = spark.broadcast(zip);
    SerializableConfiguration hadoop = new SerializableConfiguration(conf);
    LongAccumulator seen = spark.sc().longAccumulator("images");
    TaskCounts seenSoFar = new TaskCounts(seen);
    spark.sc().addSparkListener(seenSoFar);
    spark.sc().setJobDescription("predict %d images".formatted(asked));
    try {
      await(
          spark
              .parallelize(parts, tasks)
              .mapPartitions(of -> write(task, of, broadcast, hadoop, seen))
              .collectAsync(),
          seenSoFar,
          asked);
      return asked;
    } finally {
      spark.sc().setJobDescription(null);
      spark.sc().removeSparkListener(seenSoFar);
      broadcast.destroy();
    }
  }

  private static Iterator<Integer> write(
      PartPredictor.Task task,
      Iterator<Part> parts,
      Broadcast<byte[]> model,
      SerializableConfiguration hadoop,
      LongAccumulator seen) {
    int written = 0;
    try (PartPredictor predictor = PartPredictor.open(task, model.value(), hadoop.value())) {
      while (parts.hasNext()) {
        predictor.write(parts.next(), seen);
        written++;
      }
    } catch (IOException e) {
      throw StorageFailure.of("writing the predictions in", task.files().directory(), e);
    }
    return List.of(written).iterator();
  }

  private void await(JavaFutureAction<List<Integer>> job, TaskCounts seen, int images) {
    long start = System.nanoTime();
    Progress shown = Progress.on(progress);
    try {
      JobMonitor.await(
          job,
          () ->
              shown.show(
                  () ->
                      "predict %s: %s"
                          .formatted(
                              model.name(), JobMonitor.progress(seen.sum(), images, start))));
    } catch (InterruptedException stopped) {
      job.cancel(true);
      Thread.currentThread().interrupt();
      throw new LongTailException(
          ErrorCode.DATA,
          "Predicting to %s was interrupted. Run it again to continue".formatted(options.output()),
          stopped);
    } catch (ExecutionException failed) {
      throw JobFailures.reason(failed.getCause());
    }
  }

  private PredictSummary summary(
      ImageList images,
      PartPredictor.Task task,
      PartReport all,
      Optional<String> page,
      int scored,
      double seconds) {
    Map<String, Integer> predicted = new TreeMap<>();
    all.predicted()
        .forEach(
            (best, number) -> predicted.merge(task.classNames().get(best), number, Integer::sum));
    return new PredictSummary(
        model.zip(),
        Digests.sha256(zip),
        options.images(),
        images.size(),
        all.unreadable(),
        all.rejected(),
        options.threshold(),
        options.output() + "/" + options.format().file(),
        page.orElse(""),
        predicted,
        all.errors(),
        Stream.concat(images.notes().stream(), task.view().input().notes().stream()).toList(),
        scored,
        seconds);
  }
}
