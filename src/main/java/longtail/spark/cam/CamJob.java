package longtail.spark.cam;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassMapping;
import longtail.image.augment.Transform;
import longtail.shard.DatasetDescription;
import longtail.shard.DatasetPublisher;
import longtail.shard.ShardPlan;
import longtail.shard.ShardedDataset;
import longtail.spark.evaluate.Scorer;
import longtail.spark.job.FinishedShards;
import longtail.spark.job.JobFailures;
import longtail.spark.job.JobMonitor;
import longtail.spark.job.Progress;
import longtail.spark.job.TaskCounts;
import longtail.storage.Digests;
import longtail.storage.OutputLock;
import longtail.train.checkpoint.PreprocessingChoice;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Generates images for the tail of a training set: the foreground, by the class activation map of a
 * trained model, is moved before its background (Zhang et al., "Bag of Tricks for Long-Tailed
 * Visual Recognition", 2021).
 *
 * <p>They become a prepared dataset of their own, which {@code data.generated} adds to training. A
 * task writes whole shards, so nothing depends on the number of tasks; a run that was interrupted
 * is continued by running it again.
 */
public final class CamJob {
  private static final Logger LOG = LoggerFactory.getLogger(CamJob.class);

  private final JavaSparkContext spark;
  private final CamOptions options;
  private final ShardedDataset training;
  private final PrintStream progress;

  private CamJob(
      JavaSparkContext spark, CamOptions options, ShardedDataset training, PrintStream progress) {
    this.spark = spark;
    this.options = options;
    this.training = training;
    this.progress = progress;
  }

  /**
   * Runs the generation.
   *
   * @param progress takes a line every few seconds
   * @throws LongTailException (DATA) when the model or the dataset cannot be read or something else
   *     lies at the output, (CONFIG) when they do not fit together, (USAGE) when nothing is to be
   *     generated
   */
  public static CamSummary run(JavaSparkContext spark, CamOptions options, PrintStream progress) {
    ShardedDataset training = ShardedDataset.open(options.data(), spark.hadoopConfiguration());
    try (OutputLock lock =
        OutputLock.take(
            options.output(),
            "cam " + training.name(),
            progress::println,
            spark.hadoopConfiguration())) {
      return new CamJob(spark, options, training, progress).run(lock);
    }
  }

  private CamSummary run(OutputLock lock) {
    long start = System.nanoTime();
    Configuration conf = spark.hadoopConfiguration();
    SavedModel model = SavedModel.find(options.model(), options.choice(), conf);
    model
        .checkpoint()
        .ifPresent(
            checkpoint ->
                ClassMapping.requireSame(
                    checkpoint.manifest().data().classNames(),
                    "the model " + options.model(),
                    training.classNames(),
                    "the training set " + options.data()));
    warnOfOtherData(model);
    int[] quota = options.quota().of(training.counts());
    CamPlan plan = CamPlan.of(training.samples(), quota, options.seed());
    if (plan.size() == 0) {
      throw new LongTailException(
          ErrorCode.USAGE,
          "generating images for %s by the rule '%s': no class wants any, the smallest has %d; raise --below"
              .formatted(options.data(), options.quota(), training.counts().min()));
    }
    int shards = Math.min(training.shards(), plan.size());
    byte[] zip = model.bytes(conf);
    DatasetPublisher publisher =
        DatasetPublisher.begin(options.output(), description(model, zip, shards), conf);
    List<Integer> missing =
        FinishedShards.missing(spark, publisher, shards, (shard, hadoop) -> true);
    CamGenerator.Task task =
        new CamGenerator.Task(
            options.data(),
            quota,
            shards,
            options.seed(),
            Scorer.View.of(
                PreprocessingChoice.AS_SAVED.of(model, training, conf),
                training,
                options.batchSize()),
            options.view(),
            trainingTransforms(model),
            options.bounds(),
            publisher);
    int written = missing.isEmpty() ? 0 : write(task, missing, zip, images(plan, task, missing));
    double seconds = (System.nanoTime() - start) / 1e9;
    lock.requireHeld();
    return CamSummary.of(publisher.publish(conf), plan, training, written, seconds);
  }

  private static int images(CamPlan plan, CamGenerator.Task task, List<Integer> missing) {
    ShardPlan shards = ShardPlan.of(plan.labels(), task.shards(), task.seed());
    return missing.stream().mapToInt(shard -> shards.positions(shard).length).sum();
  }

  private void warnOfOtherData(SavedModel model) {
    model
        .checkpoint()
        .map(checkpoint -> checkpoint.manifest().data())
        .filter(data -> !data.fingerprint().equals(training.fingerprint()))
        .ifPresent(
            data ->
                LOG.warn(
                    "The model was trained on dataset '{}' with another fingerprint than {} has",
                    data.dataset(),
                    options.data()));
  }

  private List<Transform> trainingTransforms(SavedModel model) {
    return switch (options.view()) {
      case TEST -> List.of();
      case TRAINING ->
          model
              .checkpoint()
              .map(checkpoint -> checkpoint.experiment().data().transforms())
              .orElseThrow(
                  () ->
                      new LongTailException(
                          ErrorCode.USAGE,
                          "the training view needs the transforms of the training, %s is no checkpoint: give one, or take --view test"
                              .formatted(options.model())));
    };
  }

  private DatasetDescription description(SavedModel model, byte[] zip, int shards) {
    return new DatasetDescription(
        training.name() + " generated",
        training.classNames(),
        training.normalization(),
        training.shots(),
        model.zip(),
        training.fingerprint(),
        shards,
        options.seed(),
        Map.of(
            "split", "generated",
            "training", options.data(),
            "model", Digests.sha256(zip),
            "quota", options.quota().toString(),
            "view", options.view().name().toLowerCase(Locale.ROOT),
            "bounds", options.bounds().name().toLowerCase(Locale.ROOT),
            "batch", Integer.toString(options.batchSize())));
  }

  private int write(CamGenerator.Task task, List<Integer> missing, byte[] zip, int images) {
    Broadcast<byte[]> model = spark.broadcast(zip);
    SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
    LongAccumulator seen = spark.sc().longAccumulator("images");
    TaskCounts seenSoFar = new TaskCounts(seen);
    spark.sc().addSparkListener(seenSoFar);
    spark.sc().setJobDescription("generate %d images for %s".formatted(images, training.name()));
    try {
      int tasks = Math.min(options.workers().orElse(missing.size()), missing.size());
      JavaFutureAction<List<Integer>> job =
          spark
              .parallelize(missing, tasks)
              .mapPartitions(part -> generate(task, part, model, hadoop, seen))
              .collectAsync();
      return await(job, seenSoFar, images).stream().mapToInt(Integer::intValue).sum();
    } finally {
      spark.sc().setJobDescription(null);
      spark.sc().removeSparkListener(seenSoFar);
      model.destroy();
    }
  }

  private static Iterator<Integer> generate(
      CamGenerator.Task task,
      Iterator<Integer> shards,
      Broadcast<byte[]> model,
      SerializableConfiguration hadoop,
      LongAccumulator seen)
      throws Exception {
    try (CamGenerator generator = CamGenerator.open(task, model.value(), hadoop.value())) {
      List<Integer> written = new ArrayList<>();
      while (shards.hasNext()) {
        written.add(generator.write(shards.next(), seen));
      }
      return written.iterator();
    }
  }

  private List<Integer> await(JavaFutureAction<List<Integer>> job, TaskCounts seen, int images) {
    long start = System.nanoTime();
    Progress shown = Progress.on(progress);
    try {
      return JobMonitor.await(
          job,
          () ->
              shown.show(
                  () ->
                      "cam %s: %s"
                          .formatted(
                              training.name(), JobMonitor.progress(seen.sum(), images, start))));
    } catch (InterruptedException stopped) {
      job.cancel(true);
      Thread.currentThread().interrupt();
      throw new LongTailException(
          ErrorCode.DATA,
          "Generating %s was interrupted. Run it again to continue".formatted(options.output()),
          stopped);
    } catch (ExecutionException failed) {
      throw JobFailures.reason(failed.getCause());
    }
  }
}
