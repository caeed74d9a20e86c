package longtail.spark.ml;

import java.util.Arrays;
import java.util.List;
import longtail.LongTailException;
import longtail.spark.evaluate.PostHoc;
import longtail.spark.predict.ImageScorer;
import longtail.spark.predict.TrainedModel;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A trained model that adds its predictions to a DataFrame of images: logits, probabilities and the
 * class, the same as {@code jobs/predict} gives.
 */
public final class LongTailModel extends Model<LongTailModel>
    implements PredictionParams, MLWritable {
  private static final long serialVersionUID = 1L;

  private final String uid;
  private final transient TrainedModel trained;
  private transient Broadcast<byte[]> zip;
  private transient SparkContext context;

  LongTailModel(String uid, TrainedModel trained) {
    this.uid = uid;
    this.trained = trained;
    ParamDefaults.ofPrediction(this);
  }

  /**
   * The model that a run of {@code jobs/train} has left.
   *
   * @param path a checkpoint, the output directory of a run, of which the latest checkpoint is
   *     taken, or a model zip
   * @throws LongTailException (DATA) if there is none
   */
  public static LongTailModel ofRun(String path, Configuration conf) {
    return new LongTailModel(
        Identifiable$.MODULE$.randomUID("longTailModel"),
        TrainedModel.of(SavedModel.find(path, CheckpointChoice.LATEST, conf), conf));
  }

  @Override
  public String uid() {
    return uid;
  }

  /** Name of each class, in the order of their numbers. */
  public List<String> classNames() {
    return trained.classNames();
  }

  /** Number of classes. */
  public int numClasses() {
    return trained.classNames().size();
  }

  TrainedModel trained() {
    return trained;
  }

  /**
   * Adds the predictions, when somebody asks for them.
   *
   * @throws LongTailException (CONFIG) for columns and params that do not fit
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    PredictionColumns columns = PredictionColumns.of(this, trained.classNames());
    if (columns.names().isEmpty()) {
      return dataset.toDF();
    }
    JavaSparkContext spark =
        JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext());
    Dataset<Row> scored =
        dataset
            .toDF()
            .mapPartitions(
                new RowScoring(
                    broadcast(spark),
                    task(),
                    ImageColumn.of(dataset.schema(), getOrDefault(imageCol())),
                    columns,
                    getOrDefault(handleInvalid()),
                    new SerializableConfiguration(spark.hadoopConfiguration())),
                Encoders.row(schema));
    // The encoder of rows forgets the metadata of columns, such as the names of classes.
    return scored.select(
        Arrays.stream(schema.fields())
            .map(
                field ->
                    scored.col(Columns.quoted(field.name())).as(field.name(), field.metadata()))
            .toArray(Column[]::new));
  }

  private ImageScorer.Task task() {
    double power = (double) getOrDefault(tau());
    return trained.task(
        new PostHoc(power == 0 ? List.of() : List.of(power), (double) getOrDefault(logitAdjust())));
  }

  /** Kept for further DataFrames; Spark removes it once nobody has this model any more. */
  private synchronized Broadcast<byte[]> broadcast(JavaSparkContext spark) {
    if (zip == null || context != spark.sc()) {
      context = spark.sc();
      zip = spark.broadcast(trained.zip());
    }
    return zip;
  }

  /**
   * The columns of {@code schema} and those of the predictions.
   *
   * @throws LongTailException (CONFIG) naming the column that does not fit
   */
  @Override
  public StructType transformSchema(StructType schema) {
    ImageColumn.of(schema, getOrDefault(imageCol()));
    return PredictionColumns.of(this, trained.classNames()).appendedTo(schema);
  }

  @Override
  public LongTailModel copy(ParamMap extra) {
    return copyValues(new LongTailModel(uid, trained), extra).setParent(parent());
  }

  @Override
  public MLWriter write() {
    return new LongTailModelWriter(this);
  }

  /** What reads a saved model. */
  public static MLReader<LongTailModel> read() {
    return new LongTailModelReader();
  }

  /** Reads the model that was saved at {@code path}. */
  public static LongTailModel load(String path) {
    return read().load(path);
  }

  /** Sets {@link #imageCol}. */
  public LongTailModel setImageCol(String value) {
    set(imageCol(), value);
    return this;
  }

  /** Sets {@link #predictionCol}. */
  public LongTailModel setPredictionCol(String value) {
    set(predictionCol(), value);
    return this;
  }

  /** Sets {@link #probabilityCol}. */
  public LongTailModel setProbabilityCol(String value) {
    set(probabilityCol(), value);
    return this;
  }

  /** Sets {@link #rawPredictionCol}. */
  public LongTailModel setRawPredictionCol(String value) {
    set(rawPredictionCol(), value);
    return this;
  }

  /** Sets {@link #errorCol}. */
  public LongTailModel setErrorCol(String value) {
    set(errorCol(), value);
    return this;
  }

  /** Sets {@link #handleInvalid}. */
  public LongTailModel setHandleInvalid(String value) {
    set(handleInvalid(), value);
    return this;
  }

  /** Sets {@link #thresholds}. */
  public LongTailModel setThresholds(double... value) {
    set(thresholds(), value);
    return this;
  }

  /** Sets {@link #tau}. */
  public LongTailModel setTau(double value) {
    set(tau(), value);
    return this;
  }

  /** Sets {@link #logitAdjust}. */
  public LongTailModel setLogitAdjust(double value) {
    set(logitAdjust(), value);
    return this;
  }
}
