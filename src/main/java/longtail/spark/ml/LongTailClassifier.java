package longtail.spark.ml;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.shard.Quarantined;
import longtail.spark.predict.TrainedModel;
import longtail.spark.prepare.BadLimit;
import longtail.spark.prepare.PrepareJob;
import longtail.spark.prepare.PrepareOptions;
import longtail.spark.prepare.PrepareSource;
import longtail.spark.prepare.PrepareSummary;
import longtail.spark.round.TrainJob;
import longtail.spark.round.TrainOptions;
import longtail.spark.round.TrainResult;
import longtail.storage.FileSystems;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.SavedModel;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains on a DataFrame of images and classes, on the executors of its session: the rows are
 * prepared as {@code jobs/prepare} does it and trained on as {@code jobs/train} does it.
 *
 * <p>Each fit has a directory of its own below the work directory, with the run in {@code run}.
 * Images that cannot be read are left out and counted in a warning.
 */
public final class LongTailClassifier extends Estimator<LongTailModel>
    implements TrainingParams, DefaultParamsWritable {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(LongTailClassifier.class);
  private static final int EXAMPLES = 3;

  private final String uid;

  /** A classifier with a fresh name. */
  public LongTailClassifier() {
    this(Identifiable$.MODULE$.randomUID("longTailClassifier"));
  }

  /** A classifier that is called {@code uid}. */
  public LongTailClassifier(String uid) {
    this.uid = uid;
    ParamDefaults.ofTraining(this);
  }

  @Override
  public String uid() {
    return uid;
  }

  /**
   * Prepares and trains.
   *
   * @throws LongTailException (CONFIG) for columns and params that do not fit, (DATA) for rows that
   *     cannot be trained on, (DIVERGED) when the loss is not finite any more
   */
  @Override
  public LongTailModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    JavaSparkContext spark =
        JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext());
    Configuration conf = spark.hadoopConfiguration();
    Experiment experiment = ParamExperiment.of(this, conf);
    PrepareOptions options = prepareOptions(); // fails before anything is read
    LabelColumn labels = LabelColumn.of(dataset, getOrDefault(labelCol()));
    String directory =
        FileSystems.child(workDirectoryOrRefuse(), uid + "-" + UUID.randomUUID()).toString();
    PrintStream progress = ProgressLog.to(LOG);
    Optional<String> validation =
        rows(dataset, "validation")
            .map(rows -> prepared(spark, rows, labels, "validation", options, directory, progress));
    String training =
        prepared(
            spark,
            rows(dataset, "train").orElseThrow(),
            labels,
            "train",
            options,
            directory,
            progress);
    TrainResult result =
        TrainJob.run(
            spark,
            new TrainOptions(
                experiment,
                training,
                validation,
                directory + "/run",
                isSet(workers())
                    ? OptionalInt.of((int) getOrDefault(workers()))
                    : OptionalInt.empty(),
                TrainOptions.Existing.REFUSE),
            progress);
    if (!(boolean) getOrDefault(keepData())) {
      delete(training, conf);
      validation.ifPresent(set -> delete(set, conf));
    }
    TrainedModel trained =
        TrainedModel.of(
            SavedModel.find(result.best().orElse(result.latest()), CheckpointChoice.LATEST, conf),
            conf);
    LongTailModel model =
        new LongTailModel(uid, trained.withClasses(labels.classNames(), trained.counts()));
    return copyValues(model.setParent(this), new ParamMap());
  }

  private PrepareOptions prepareOptions() {
    int resized = isDefined(experiment()) ? 0 : (int) getOrDefault(imageSize());
    try {
      return PrepareOptions.USUAL
          .withResize(isDefined(resize()) ? (int) getOrDefault(resize()) : resized)
          .withMaxBad(BadLimit.parse(getOrDefault(maxBad())));
    } catch (IllegalArgumentException wrong) {
      throw new LongTailException(ErrorCode.CONFIG, "maxBad: " + wrong.getMessage(), wrong);
    }
  }

  private String workDirectoryOrRefuse() {
    if (!isDefined(workDirectory())) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "fitting a LongTailClassifier: workDirectory is not set; name a directory that all executors see");
    }
    return getOrDefault(workDirectory());
  }

  /** The rows of a part; empty where there is no column that tells a validation set. */
  private Optional<Dataset<Row>> rows(Dataset<?> dataset, String part) {
    boolean training = part.equals("train");
    if (!isDefined(validationIndicatorCol())) {
      return training ? Optional.of(dataset.toDF()) : Optional.empty();
    }
    var indicator = functions.col(Columns.quoted(getOrDefault(validationIndicatorCol())));
    Dataset<Row> rows = dataset.toDF().filter(training ? functions.not(indicator) : indicator);
    if (rows.isEmpty()) {
      throw new LongTailException(
          ErrorCode.DATA,
          "fitting a LongTailClassifier: no row is %s in the column '%s' (validationIndicatorCol), so the %s set is empty"
              .formatted(
                  !training, getOrDefault(validationIndicatorCol()), training ? "training" : part));
    }
    return Optional.of(rows);
  }

  private String prepared(
      JavaSparkContext spark,
      Dataset<Row> rows,
      LabelColumn labels,
      String part,
      PrepareOptions options,
      String directory,
      PrintStream progress) {
    Configuration conf = spark.hadoopConfiguration();
    String table = directory + "/table-" + part;
    String output = directory + "/" + part;
    try {
      ImageColumn images = ImageColumn.of(rows.schema(), getOrDefault(imageCol()));
      PrepareSource source = StagedImages.write(rows, images, labels, part, table);
      PrepareSummary summary = PrepareJob.run(spark, source, options, output, progress);
      warn(summary, part);
      progress.print(summary.table());
    } finally {
      delete(table, conf);
    }
    return output;
  }

  private void warn(PrepareSummary summary, String part) {
    List<Quarantined> bad = summary.quarantined();
    if (!bad.isEmpty()) {
      LOG.warn(
          "{}: {} of {} images of the {} set cannot be read and are left out, such as {}",
          uid,
          bad.size(),
          bad.size() + summary.dataset().samples().size(),
          part,
          bad.stream()
              .limit(EXAMPLES)
              .map(image -> "%s: %s".formatted(image.path(), image.reason()))
              .toList());
    }
  }

  private static void delete(String directory, Configuration conf) {
    Path path = FileSystems.path(directory);
    try {
      FileSystems.of(path, conf).delete(path, true);
    } catch (IOException e) {
      LOG.warn("{} could not be deleted and may be: {}", directory, e.getMessage());
    }
  }

  /**
   * The columns of {@code schema} and those of the predictions.
   *
   * @throws LongTailException (CONFIG) naming the column that does not fit
   */
  @Override
  public StructType transformSchema(StructType schema) {
    ImageColumn.of(schema, getOrDefault(imageCol()));
    LabelColumn.check(schema, getOrDefault(labelCol()));
    if (isDefined(validationIndicatorCol())) {
      String name = getOrDefault(validationIndicatorCol());
      StructField field =
          Columns.field(schema, name, "validationIndicatorCol", "the validation set");
      if (!field.dataType().equals(DataTypes.BooleanType)) {
        throw new LongTailException(
            ErrorCode.CONFIG,
            "telling the validation set by the column '%s' (validationIndicatorCol): it must be boolean, was %s"
                .formatted(name, field.dataType().simpleString()));
      }
    }
    return PredictionColumns.of(this, List.of()).appendedTo(schema);
  }

  @Override
  public LongTailClassifier copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  /** What reads a saved classifier. */
  public static MLReader<LongTailClassifier> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads the classifier that was saved at {@code path}. */
  public static LongTailClassifier load(String path) {
    return read().load(path);
  }

  /** Sets {@link #imageCol}. */
  public LongTailClassifier setImageCol(String value) {
    set(imageCol(), value);
    return this;
  }

  /** Sets {@link #labelCol}. */
  public LongTailClassifier setLabelCol(String value) {
    set(labelCol(), value);
    return this;
  }

  /** Sets {@link #validationIndicatorCol}. */
  public LongTailClassifier setValidationIndicatorCol(String value) {
    set(validationIndicatorCol(), value);
    return this;
  }

  /** Sets {@link #workDirectory}. */
  public LongTailClassifier setWorkDirectory(String value) {
    set(workDirectory(), value);
    return this;
  }

  /** Sets {@link #experiment}. */
  public LongTailClassifier setExperiment(String value) {
    set(experiment(), value);
    return this;
  }

  /** Sets {@link #overrides}. */
  public LongTailClassifier setOverrides(String... value) {
    set(overrides(), value);
    return this;
  }

  /** Sets {@link #backbone}. */
  public LongTailClassifier setBackbone(String value) {
    set(backbone(), value);
    return this;
  }

  /** Sets {@link #loss}. */
  public LongTailClassifier setLoss(String value) {
    set(loss(), value);
    return this;
  }

  /** Sets {@link #sampler}. */
  public LongTailClassifier setSampler(String value) {
    set(sampler(), value);
    return this;
  }

  /** Sets {@link #epochs}. */
  public LongTailClassifier setEpochs(int value) {
    set(epochs(), value);
    return this;
  }

  /** Sets {@link #batchSize}. */
  public LongTailClassifier setBatchSize(int value) {
    set(batchSize(), value);
    return this;
  }

  /** Sets {@link #learningRate}. */
  public LongTailClassifier setLearningRate(double value) {
    set(learningRate(), value);
    return this;
  }

  /** Sets {@link #workers}. */
  public LongTailClassifier setWorkers(int value) {
    set(workers(), value);
    return this;
  }

  /** Sets {@link #imageSize}. */
  public LongTailClassifier setImageSize(int value) {
    set(imageSize(), value);
    return this;
  }

  /** Sets {@link #resize}. */
  public LongTailClassifier setResize(int value) {
    set(resize(), value);
    return this;
  }

  /** Sets {@link #maxBad}. */
  public LongTailClassifier setMaxBad(String value) {
    set(maxBad(), value);
    return this;
  }

  /** Sets {@link #keepData}. */
  public LongTailClassifier setKeepData(boolean value) {
    set(keepData(), value);
    return this;
  }

  /** Sets {@link #seed}. */
  public LongTailClassifier setSeed(long value) {
    set(seed(), value);
    return this;
  }

  /** Sets {@link #predictionCol}. */
  public LongTailClassifier setPredictionCol(String value) {
    set(predictionCol(), value);
    return this;
  }

  /** Sets {@link #probabilityCol}. */
  public LongTailClassifier setProbabilityCol(String value) {
    set(probabilityCol(), value);
    return this;
  }

  /** Sets {@link #rawPredictionCol}. */
  public LongTailClassifier setRawPredictionCol(String value) {
    set(rawPredictionCol(), value);
    return this;
  }

  /** Sets {@link #errorCol}. */
  public LongTailClassifier setErrorCol(String value) {
    set(errorCol(), value);
    return this;
  }

  /** Sets {@link #handleInvalid}. */
  public LongTailClassifier setHandleInvalid(String value) {
    set(handleInvalid(), value);
    return this;
  }

  /** Sets {@link #thresholds}. */
  public LongTailClassifier setThresholds(double... value) {
    set(thresholds(), value);
    return this;
  }

  /** Sets {@link #tau}. */
  public LongTailClassifier setTau(double value) {
    set(tau(), value);
    return this;
  }

  /** Sets {@link #logitAdjust}. */
  public LongTailClassifier setLogitAdjust(double value) {
    set(logitAdjust(), value);
    return this;
  }
}
