package longtail.spark.evaluate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.dataset.ClassMapping;
import longtail.eval.LogitCorrection;
import longtail.eval.OpenSet;
import longtail.eval.Predictions;
import longtail.report.EvaluationReport;
import longtail.shard.NetworkOutput;
import longtail.shard.OutputTable;
import longtail.spark.job.JobFailures;
import longtail.storage.OutputLock;
import longtail.storage.StorageFailure;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores outputs of a model that an earlier evaluation stored, without the model and the images:
 * every task takes some files of the table. The figures are those of the model itself.
 */
public final class StoredEvaluateJob {
  private static final Logger LOG = LoggerFactory.getLogger(StoredEvaluateJob.class);

  private StoredEvaluateJob() {}

  /**
   * Runs the evaluation.
   *
   * @throws LongTailException (DATA) when the outputs cannot be read, (CONFIG) when they do not
   *     hold what is asked for
   */
  public static EvaluateResult run(JavaSparkContext spark, StoredEvaluateOptions options) {
    Configuration conf = spark.hadoopConfiguration();
    try (OutputLock lock =
        OutputLock.take(options.output(), "evaluate " + options.from(), LOG::warn, conf)) {
      return run(spark, options, lock);
    }
  }

  private static EvaluateResult run(
      JavaSparkContext spark, StoredEvaluateOptions options, OutputLock lock) {
    Configuration conf = spark.hadoopConfiguration();
    StoredOutputs stored = StoredOutputs.read(options.from(), conf);
    NetworkOutput input = OutputScorer.input(options.nearestMean());
    stored.require(input, options.from());
    EvaluationSubject subject = subject(stored, options);
    subject.requireCounts(options.postHoc());
    int workers = options.workers().orElseGet(spark::defaultParallelism);

    long start = System.nanoTime();
    spark.sc().setJobDescription("evaluate the outputs in " + options.from());
    Optional<MeanClassifier> means =
        options.nearestMean().map(nearest -> means(spark, nearest, stored, workers));
    List<LogitCorrection> corrections =
        options
            .postHoc()
            .corrections(stored.classNames().size(), stored::classifier, subject.counts());
    List<Predictions> predictions = score(spark, options, corrections, means, workers);
    double seconds = (System.nanoTime() - start) / 1e9;
    lock.requireHeld();
    requireAll(options.from(), predictions.get(0).size(), subject.tested());
    List<EvaluationReport> reports =
        subject.report(predictions, options.postHoc(), options.output(), List.of(), conf);
    return new EvaluateResult(reports, workers, seconds);
  }

  private static EvaluationSubject subject(StoredOutputs stored, StoredEvaluateOptions options) {
    String head = options.nearestMean().isPresent() ? " nearest class mean" : "";
    EvaluationSubject subject =
        stored.subject(
            options.name().or(() -> Optional.of(stored.name() + head)),
            options.counts().map(counts -> counts.under(stored.classNames())),
            options.threshold());
    Map<String, String> facts = new LinkedHashMap<>(subject.facts());
    facts.put("outputs", "stored in " + options.from());
    options
        .nearestMean()
        .ifPresent(
            means -> facts.put("classifier", means.description(means.training().orElseThrow())));
    return subject.withFacts(facts);
  }

  private static MeanClassifier means(
      JavaSparkContext spark, NearestMeanOptions nearest, StoredOutputs tested, int workers) {
    String directory = nearest.training().orElseThrow();
    StoredOutputs training = StoredOutputs.read(directory, spark.hadoopConfiguration());
    training.require(NetworkOutput.FEATURES, directory);
    if (!training.modelDigest().equals(tested.modelDigest())) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "class means over the features in %s: they are of another model than those that are scored; store both with the same model"
              .formatted(directory));
    }
    ClassMapping.requireSame(
        training.classNames(), "the features in " + directory, tested.classNames(), "those scored");
    SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
    ClassMeans.Source source =
        (task, tasks) -> labelled(table(NetworkOutput.FEATURES, directory, hadoop), task, tasks);
    return new MeanClassifier(
        ClassMeans.of(spark, source, nearest.mode(), tested.classNames().size(), workers),
        nearest.similarity());
  }

  private static OutputTable table(
      NetworkOutput output, String directory, SerializableConfiguration hadoop) {
    return new OutputTable(output, directory, hadoop.value());
  }

  /** Every {@code tasks}-th file, from {@code task} on. */
  private static List<String> files(OutputTable table, int task, int tasks) throws IOException {
    List<String> files = table.files();
    return IntStream.range(0, files.size())
        .filter(i -> i % tasks == task)
        .mapToObj(files::get)
        .toList();
  }

  /** File by file, so that no more than one is held. */
  private static Iterator<ClassMeans.Labelled> labelled(OutputTable table, int task, int tasks)
      throws IOException {
    return files(table, task, tasks).stream().map(file -> labelled(table, file)).iterator();
  }

  private static ClassMeans.Labelled labelled(OutputTable table, String file) {
    List<Integer> labels = new ArrayList<>();
    List<float[]> features = new ArrayList<>();
    try {
      table.read(
          file,
          (imageId, label, numbers) -> {
            if (label != OpenSet.UNKNOWN) {
              labels.add(label);
              features.add(numbers);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new ClassMeans.Labelled(
        labels.stream().mapToInt(Integer::intValue).toArray(), features.toArray(float[][]::new));
  }

  private static List<Predictions> score(
      JavaSparkContext spark,
      StoredEvaluateOptions options,
      List<LogitCorrection> corrections,
      Optional<MeanClassifier> means,
      int workers) {
    Configuration conf = spark.hadoopConfiguration();
    String from = options.from();
    String output = options.output();
    try {
      PredictionTable.clear(output, conf);
    } catch (IOException e) {
      throw StorageFailure.of("replacing the predictions in", output, e);
    }
    SerializableConfiguration hadoop = new SerializableConfiguration(conf);
    Broadcast<Optional<MeanClassifier>> classifier = spark.broadcast(means);
    List<Integer> shares = IntStream.range(0, workers).boxed().toList();
    try {
      List<List<Predictions>> parts =
          JobFailures.unwrap(
              () ->
                  spark
                      .parallelize(shares, workers)
                      .map(
                          share -> {
                            OutputTable table =
                                table(OutputScorer.input(classifier.value()), from, hadoop);
                            return part(
                                table,
                                files(table, share, workers),
                                output,
                                share,
                                corrections,
                                classifier.value(),
                                hadoop.value());
                          })
                      .collect());
      PredictionTable.removeAbandoned(output, conf);
      return OutputScorer.merged(parts);
    } catch (IOException e) {
      throw StorageFailure.of("completing the predictions in", output, e);
    } finally {
      classifier.destroy();
    }
  }

  private static List<Predictions> part(
      OutputTable table,
      List<String> files,
      String output,
      int share,
      List<LogitCorrection> corrections,
      Optional<MeanClassifier> means,
      Configuration conf) {
    try (PredictionTable predictions = PredictionTable.create(output, share, conf)) {
      OutputScorer scorer =
          new OutputScorer(corrections.get(0).classes(), corrections, means, predictions);
      for (String file : files) {
        score(table, file, scorer);
      }
      predictions.finish();
      return scorer.predictions();
    } catch (IOException e) {
      throw StorageFailure.of("scoring stored outputs into", output, e);
    }
  }

  private static void score(OutputTable table, String file, OutputScorer scorer)
      throws IOException {
    try {
      table.read(file, scorer::add);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "scoring the outputs in %s of %s: they are not of the classes that were stored with them (%s); write them again with jobs/evaluate --store"
              .formatted(file, table, e.getMessage()),
          e);
    }
  }

  private static void requireAll(String from, int scored, ClassCounts tested) {
    if (scored != tested.total()) {
      throw new LongTailException(
          ErrorCode.DATA,
          "scoring the outputs in %s: they are of %d images, %d were stored; write them again with jobs/evaluate --store"
              .formatted(from, scored, tested.total()));
    }
  }
}
