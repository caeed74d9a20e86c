package longtail.spark.prepare;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.Quantity;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.SplitPart;
import longtail.dataset.SplitShares;
import longtail.dataset.StratifiedSplit;
import longtail.dataset.format.TableImages;
import longtail.shard.DatasetDescription;
import longtail.shard.DatasetPublisher;
import longtail.shard.Quarantined;
import longtail.shard.Samples;
import longtail.shard.ShardPlan;
import longtail.shard.ShardedDataset;
import longtail.spark.job.FinishedShards;
import longtail.spark.job.JobFailures;
import longtail.spark.job.JobMonitor;
import longtail.spark.job.Progress;
import longtail.spark.job.TaskCounts;
import longtail.storage.FileSystems;
import longtail.storage.OutputLock;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Turns an annotated image collection into a sharded dataset, one Spark task per shard.
 *
 * <p>Images that cannot be used go to the quarantine with the reason. A run that was interrupted is
 * continued by running it again; the output is no dataset before everything is there.
 */
public final class PrepareJob {
  private static final int EXAMPLES = 5;

  private final JavaSparkContext spark;
  private final PrepareSource source;
  private final PrepareOptions options;
  private final OutputLock lock;
  private final PrintStream progress;
  private final boolean inTables;

  private PrepareJob(
      JavaSparkContext spark,
      PrepareSource source,
      PrepareOptions options,
      OutputLock lock,
      PrintStream progress) {
    this.spark = spark;
    this.source = source;
    this.options = options;
    this.lock = lock;
    this.progress = progress;
    this.inTables = TableImages.hold(source.collection(), spark.hadoopConfiguration());
  }

  /**
   * Prepares {@code source} as the dataset {@code output}, its meta set as {@code <output>-meta}.
   *
   * @param progress takes a line every few seconds
   * @throws LongTailException with code DATA if annotations are damaged, more images are bad than
   *     allowed, or something else lies at the output; with code USAGE if there are more shards
   *     than images
   */
  public static PrepareSummary run(
      JavaSparkContext spark,
      PrepareSource source,
      PrepareOptions options,
      String output,
      PrintStream progress) {
    try (OutputLock lock = lock(spark, source, output, progress)) {
      PrepareJob job = new PrepareJob(spark, source, options, lock, progress);
      PrepareSource.Selected selected = source.select(spark.hadoopConfiguration());
      job.look(selected.images(), selected.differences());
      Optional<PrepareSummary> meta = job.meta(selected, output);
      return job.prepare(selected.images(), source.split(), output, selected.differences(), meta);
    }
  }

  private static OutputLock lock(
      JavaSparkContext spark, PrepareSource source, String output, PrintStream progress) {
    return OutputLock.take(
        output, "prepare " + source.name(), progress::println, spark.hadoopConfiguration());
  }

  /**
   * Divides {@code source} and prepares each part as the dataset {@code <output>/<part>}. A meta
   * set or a long tail is cut from the training set. Parts that an earlier run has finished stay.
   *
   * @param progress takes a line every few seconds
   * @return one for each part that has images
   * @throws LongTailException as {@link #run} does
   */
  public static List<PrepareSummary> divide(
      JavaSparkContext spark,
      PrepareSource source,
      SplitShares shares,
      PrepareOptions options,
      String output,
      PrintStream progress) {
    try (OutputLock lock = lock(spark, source, output, progress)) {
      AnnotatedSet all = source.read(spark.hadoopConfiguration());
      StratifiedSplit split = StratifiedSplit.of(all, shares, options.seed());
      new PrepareJob(spark, source, options, lock, progress)
          .look(all, Stream.concat(all.notes().stream(), split.notes().stream()).toList());
      List<PrepareSummary> summaries = new ArrayList<>();
      for (SplitPart part : SplitPart.values()) {
        AnnotatedSet images = split.images(part).withNotes(split.notes(part));
        if (images.size() > 0) {
          PrepareJob job =
              new PrepareJob(spark, source.withPart(part.title()), options, lock, progress);
          summaries.add(
              job.preparePart(images, FileSystems.child(output, part.title()).toString()));
        }
      }
      return summaries;
    }
  }

  private PrepareSummary preparePart(AnnotatedSet images, String output) {
    PrepareSource.Selected selected =
        source.split().equals(SplitPart.TRAIN.title())
            ? source.select(images)
            : new PrepareSource.Selected(images, Optional.empty(), images.notes());
    Optional<PrepareSummary> meta = meta(selected, output);
    return prepareOnce(selected.images(), source.split(), output, selected.differences(), meta);
  }

  /** Tells what looks odd, and checks that there are images at all. */
  private void look(AnnotatedSet set, List<String> notes) {
    if (!inTables) {
      FirstImages.requireSome(source.collection(), set, spark.hadoopConfiguration());
    }
    for (String note : notes) {
      progress.println("prepare " + source.name() + ": " + note);
    }
  }

  private Optional<PrepareSummary> meta(PrepareSource.Selected selected, String output) {
    return selected
        .meta()
        .map(images -> prepareOnce(images, "meta", output + "-meta", List.of(), Optional.empty()));
  }

  /**
   * One of several datasets of a command; an earlier run of it may have finished this one, and the
   * number of shards is meant for the largest of them.
   */
  private PrepareSummary prepareOnce(
      AnnotatedSet set,
      String split,
      String output,
      List<String> notes,
      Optional<PrepareSummary> meta) {
    PrepareOptions fitting = options.withShards(Math.min(options.shards(), set.size()));
    PrepareJob job = new PrepareJob(spark, source, fitting, lock, progress);
    DatasetDescription description = description(set, split, fitting.shardsOf(set.size()));
    return DatasetPublisher.published(output, description, spark.hadoopConfiguration())
        .map(dataset -> new PrepareSummary(dataset, dataset.bytes(), 0, 0, List.of(), notes, meta))
        .orElseGet(() -> job.prepare(set, split, output, notes, meta));
  }

  private PrepareSummary prepare(
      AnnotatedSet set,
      String split,
      String output,
      List<String> differences,
      Optional<PrepareSummary> meta) {
    long start = System.nanoTime();
    Configuration conf = spark.hadoopConfiguration();
    int shards = options.shardsOf(set.size());
    ShardPlan plan = plan(set, shards);
    DatasetPublisher publisher =
        DatasetPublisher.begin(output, description(set, split, shards), conf);
    FinishedShards.Worth worth =
        inTables
            ? (shard, hadoop) -> true
            : new QuarantineCheck(source.collection(), options, publisher);
    List<Integer> missing = FinishedShards.missing(spark, publisher, shards, worth);
    if (missing.size() < shards) {
      progress.printf(
          "prepare %s: %d of %d shards are there already%n",
          source.name(), shards - missing.size(), shards);
    }
    List<ShardOutcome> outcomes = write(set, plan, missing, publisher, output);
    List<Quarantined> quarantined = publisher.quarantined(conf);
    if (quarantined.size() > options.maxBad().among(set.size())) {
      throw tooManyBad(quarantined.size(), output, examples(quarantined));
    }
    lock.requireHeld();
    ShardedDataset dataset = publisher.publish(conf);
    return new PrepareSummary(
        dataset,
        bytes(dataset.samples()),
        outcomes.stream().mapToInt(ShardOutcome::prepared).sum(),
        (System.nanoTime() - start) / 1e9,
        quarantined,
        PreparationNotes.of(differences, outcomes, dataset.samples()),
        meta);
  }

  private ShardPlan plan(AnnotatedSet set, int shards) {
    if (shards > set.size()) {
      throw new LongTailException(
          ErrorCode.USAGE,
          "Preparing %s: %s cannot fill %s. Choose fewer shards"
              .formatted(
                  source.origin(), Quantity.of(set.size(), "image"), Quantity.of(shards, "shard")));
    }
    return ShardPlan.of(set.labels(), shards, options.seed());
  }

  private DatasetDescription description(AnnotatedSet set, String split, int shards) {
    Map<String, String> described = new TreeMap<>(options.described());
    described.put("split", split);
    source.longTail().ifPresent(tail -> described.put("long-tail", tail.toString()));
    return new DatasetDescription(
        source.name(),
        set.classNames(),
        source.normalization(),
        source.shots(),
        source.origin(),
        set.fingerprint(),
        shards,
        options.seed(),
        described,
        source.collection().images());
  }

  private List<ShardOutcome> write(
      AnnotatedSet set,
      ShardPlan plan,
      List<Integer> missing,
      DatasetPublisher publisher,
      String output) {
    if (missing.isEmpty()) {
      return List.of();
    }
    List<ShardAssignment> assignments = new ArrayList<>(missing.size());
    int images = 0;
    for (int shard : missing) {
      int[] positions = plan.positions(shard);
      Annotation[] of =
          Arrays.stream(positions).mapToObj(set.annotations()::get).toArray(Annotation[]::new);
      assignments.add(new ShardAssignment(shard, of));
      images += of.length;
    }
    LongAccumulator seen = spark.sc().longAccumulator("images");
    LongAccumulator bad = spark.sc().longAccumulator("images in quarantine");
    SamplePreparation preparation =
        new SamplePreparation(set.classes(), new ImagePreparation(options), seen, bad);
    TaskCounts seenSoFar = new TaskCounts(seen);
    TaskCounts badSoFar = new TaskCounts(bad);
    spark.sc().addSparkListener(seenSoFar);
    spark.sc().addSparkListener(badSoFar);
    spark
        .sc()
        .setJobDescription(
            "prepare %s: %d images, %d shards".formatted(source.name(), images, missing.size()));
    try {
      JavaFutureAction<List<ShardOutcome>> job =
          shards(assignments, preparation, publisher).collectAsync();
      return await(job, seenSoFar, badSoFar, images, options.maxBad().among(set.size()), output);
    } finally {
      spark.sc().setJobDescription(null);
      spark.sc().removeSparkListener(seenSoFar);
      spark.sc().removeSparkListener(badSoFar);
    }
  }

  private JavaRDD<ShardOutcome> shards(
      List<ShardAssignment> assignments,
      SamplePreparation preparation,
      DatasetPublisher publisher) {
    Configuration conf = spark.hadoopConfiguration();
    if (inTables) {
      return new TablePreparation(source.collection(), preparation, publisher)
          .shards(spark, assignments);
    }
    return spark
        .parallelize(assignments, assignments.size())
        .map(new ShardPreparation(source.collection(), preparation, publisher, conf));
  }

  /** Waits for the shards, tells how far they are, and gives up as soon as too many are bad. */
  private List<ShardOutcome> await(
      JavaFutureAction<List<ShardOutcome>> job,
      TaskCounts seen,
      TaskCounts bad,
      int images,
      int maxBad,
      String output) {
    long start = System.nanoTime();
    Progress shown = Progress.on(progress);
    try {
      return JobMonitor.await(
          job,
          () -> {
            shown.show(
                () ->
                    "prepare %s: %s, %d bad"
                        .formatted(
                            source.name(),
                            JobMonitor.progress(seen.sum(), images, start),
                            bad.sum()));
            if (bad.sum() > maxBad) {
              job.cancel(true);
              throw tooManyBad(bad.sum(), output, "");
            }
          });
    } catch (InterruptedException stopped) {
      job.cancel(true);
      Thread.currentThread().interrupt();
      throw new LongTailException(
          ErrorCode.DATA,
          "Preparing %s was interrupted. Run it again to continue".formatted(output),
          stopped);
    } catch (ExecutionException failed) {
      LongTailException reason = JobFailures.reason(failed.getCause());
      throw new LongTailException(
          ErrorCode.DATA,
          "Preparing %s failed: %s. What is finished stays: run it again to continue"
              .formatted(output, reason.getMessage()),
          failed.getCause());
    }
  }

  private LongTailException tooManyBad(long bad, String output, String examples) {
    String images = source.collection().images();
    return new LongTailException(
        ErrorCode.DATA,
        "Preparing %s: %s cannot be used, %s are allowed.%s Mend or remove them%s, or raise --max-bad; the finished shards stay"
            .formatted(
                output,
                Quantity.of(bad, "image"),
                options.maxBad(),
                examples,
                images.isEmpty() ? "" : ", correct the image directory " + images));
  }

  private static String examples(List<Quarantined> quarantined) {
    return quarantined.stream()
        .limit(EXAMPLES)
        .map(image -> " %s: %s.".formatted(image.path(), image.reason()))
        .collect(Collectors.joining());
  }

  private static long bytes(Samples samples) {
    long bytes = 0;
    for (int row = 0; row < samples.size(); row++) {
      bytes += samples.length(row);
    }
    return bytes;
  }
}
