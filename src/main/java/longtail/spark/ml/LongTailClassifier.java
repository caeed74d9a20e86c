package longtail.spark.ml;

import java.io.PrintStream;
import java.util.List;
import java.util.OptionalInt;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.spark.predict.TrainedModel;
import longtail.spark.round.TrainJob;
import longtail.spark.round.TrainOptions;
import longtail.spark.round.TrainResult;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.SavedModel;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
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
    PrintStream progress = ProgressLog.to(LOG);
    PreparedRows rows = PreparedRows.of(dataset, this, experiment, progress);
    OptionalInt asked =
        isDefined(workers()) ? OptionalInt.of((int) getOrDefault(workers())) : OptionalInt.empty();
    TrainResult result =
        TrainJob.run(
            spark,
            new TrainOptions(
                experiment,
                rows.training(),
                rows.validation(),
                rows.directory() + "/run",
                asked,
                TrainOptions.Existing.REFUSE),
            progress);
    if (!(boolean) getOrDefault(keepData())) {
      rows.delete(conf);
    }
    String best = result.best().orElse(result.latest());
    TrainedModel trained =
        TrainedModel.of(SavedModel.find(best, CheckpointChoice.LATEST, conf), conf);
    LongTailModel model =
        new LongTailModel(uid, trained.withClasses(rows.classNames(), trained.counts()));
    return copyValues(model.setParent(this), new ParamMap());
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
