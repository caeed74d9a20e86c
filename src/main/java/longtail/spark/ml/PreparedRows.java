package longtail.spark.ml;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.shard.Quarantined;
import longtail.spark.prepare.BadLimit;
import longtail.spark.prepare.PrepareJob;
import longtail.spark.prepare.PrepareOptions;
import longtail.spark.prepare.PrepareSource;
import longtail.spark.prepare.PrepareSummary;
import longtail.storage.FileSystems;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of a DataFrame as prepared datasets.
 *
 * @param directory of this fit, below the work directory
 * @param training directory of the training set
 * @param validation directory of the validation set, if there is one
 * @param classNames name of each class
 */
record PreparedRows(
    String directory, String training, Optional<String> validation, List<String> classNames) {
  private static final Logger LOG = LoggerFactory.getLogger(PreparedRows.class);
  private static final int EXAMPLES = 3;
  private static final String TRAINING = "train";
  private static final String META = "-meta";
  private static final String VALIDATION = "validation";

  /**
   * Prepares {@code rows} as {@code params} say, and the meta set beside them that {@code
   * experiment} may ask for.
   *
   * @param progress takes a line every few seconds
   * @throws LongTailException (CONFIG) for params that do not fit, (DATA) for rows that cannot be
   *     trained on
   */
  static PreparedRows of(
      Dataset<?> rows, TrainingParams params, Experiment experiment, PrintStream progress) {
    PrepareOptions options = options(params);
    String directory =
        FileSystems.child(workDirectory(params), params.uid() + "-" + UUID.randomUUID()).toString();
    LabelColumn labels = LabelColumn.of(rows, params.getOrDefault(params.labelCol()));
    ImageColumn images = ImageColumn.of(rows.schema(), params.getOrDefault(params.imageCol()));
    int meta = experiment.data().metaPerClass().orElse(0);
    Part part = new Part(images, labels, options, directory, progress);
    if (!params.isDefined(params.validationIndicatorCol())) {
      return new PreparedRows(
          directory,
          part.prepare(rows.toDF(), TRAINING, meta),
          Optional.empty(),
          labels.classNames());
    }
    String name = params.getOrDefault(params.validationIndicatorCol());
    Column indicator = functions.col(Columns.quoted(name));
    Dataset<Row> learnt = rows.toDF().filter(functions.not(indicator));
    Dataset<Row> scored = rows.toDF().filter(indicator);
    requireRows(learnt, name, "false, so there is nothing to train on");
    requireRows(scored, name, "true, so the validation set is empty");
    return new PreparedRows(
        directory,
        part.prepare(learnt, TRAINING, meta),
        Optional.of(part.prepare(scored, VALIDATION, 0)),
        labels.classNames());
  }

  private static PrepareOptions options(TrainingParams params) {
    int usual =
        params.isDefined(params.experiment()) ? 0 : (int) params.getOrDefault(params.imageSize());
    int resized =
        params.isDefined(params.resize()) ? (int) params.getOrDefault(params.resize()) : usual;
    try {
      return PrepareOptions.USUAL
          .withResize(resized)
          .withMaxBad(BadLimit.parse(params.getOrDefault(params.maxBad())));
    } catch (IllegalArgumentException wrong) {
      throw new LongTailException(ErrorCode.CONFIG, "maxBad: " + wrong.getMessage(), wrong);
    }
  }

  private static String workDirectory(TrainingParams params) {
    if (!params.isDefined(params.workDirectory())) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "fitting a LongTailClassifier: workDirectory is not set; name a directory that all executors see");
    }
    return params.getOrDefault(params.workDirectory());
  }

  private static void requireRows(Dataset<Row> rows, String indicator, String lacking) {
    if (rows.isEmpty()) {
      throw new LongTailException(
          ErrorCode.DATA,
          "fitting a LongTailClassifier: no row of the column '%s' (validationIndicatorCol) is %s"
              .formatted(indicator, lacking));
    }
  }

  /** Deletes the datasets, not the run beside them. */
  void delete(Configuration conf) {
    delete(training, conf);
    delete(training + META, conf);
    validation.ifPresent(set -> delete(set, conf));
  }

  private static void delete(String directory, Configuration conf) {
    Path path = FileSystems.path(directory);
    try {
      FileSystems.of(path, conf).delete(path, true);
    } catch (IOException e) {
      LOG.warn("{} could not be deleted and may be: {}", directory, e.getMessage());
    }
  }

  /** How a part of the rows becomes a dataset. */
  private record Part(
      ImageColumn images,
      LabelColumn labels,
      PrepareOptions options,
      String directory,
      PrintStream progress) {
    String prepare(Dataset<Row> rows, String name, int metaPerClass) {
      JavaSparkContext spark =
          JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext());
      String table = directory + "/table-" + name;
      String output = directory + "/" + name;
      try {
        PrepareSource source =
            StagedImages.write(rows, images, labels, name, table).withMetaPerClass(metaPerClass);
        PrepareSummary summary = PrepareJob.run(spark, source, options, output, progress);
        progress.print(summary.table());
        warn(summary, name);
      } finally {
        delete(table, spark.hadoopConfiguration());
      }
      return output;
    }

    private static void warn(PrepareSummary summary, String name) {
      List<Quarantined> bad = summary.quarantined();
      if (!bad.isEmpty()) {
        LOG.warn(
            "{} of {} images of the {} set cannot be read and are left out, such as {}",
            bad.size(),
            bad.size() + summary.dataset().samples().size(),
            name,
            bad.stream()
                .limit(EXAMPLES)
                .map(image -> "%s: %s".formatted(image.path(), image.reason()))
                .toList());
      }
    }
  }
}
