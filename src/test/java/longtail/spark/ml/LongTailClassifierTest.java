package longtail.spark.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page "DataFrames and Spark ML" promises of training, on images of three colours. */
@Tag("spark")
class LongTailClassifierTest {
  @TempDir static Path directory;
  private static Path photos;

  @BeforeAll
  static void takePhotos() throws IOException {
    photos = ColourPhotos.write(directory.resolve("photos"), 56, 1);
  }

  /** The classifier of one test, with a work directory of its own. */
  private static LongTailClassifier classifier(String work) {
    return ColourPhotos.classifier(directory.resolve(work));
  }

  /** The one directory of the fit below {@code work}. */
  private static Path fitted(String work) throws IOException {
    try (Stream<Path> fits = Files.list(directory.resolve(work))) {
      return fits.toList().get(0);
    }
  }

  @Test
  void theLinesOfThePageTrainPredictAndSave() throws IOException {
    String folder = photos.toString();
    String work = directory.resolve("page").toString();

    SparkSession spark = ColourPhotos.session();
    Dataset<Row> images =
        spark
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", true)
            .load(folder)
            .withColumn("label", regexp_extract(col("path"), "([^/]+)/[^/]+$", 1));
    LongTailClassifier classifier =
        new LongTailClassifier()
            .setImageCol("content")
            .setLabelCol("label")
            .setBackbone("{type: cifar-resnet, depth: 8, width: 4}")
            .setImageSize(8)
            .setEpochs(8)
            .setBatchSize(8)
            .setWorkDirectory(work);
    LongTailModel model = classifier.fit(images);
    Dataset<Row> predicted = model.transform(images);
    predicted.select("path", "prediction", "probability").show();
    model.write().overwrite().save(work + "/model");

    assertThat(predicted.columns())
        .containsExactly(
            "path",
            "modificationTime",
            "length",
            "content",
            "label",
            "rawPrediction",
            "probability",
            "prediction");
    int right = 0;
    List<Row> rows = predicted.collectAsList();
    assertThat(rows).hasSize(56);
    for (Row row : rows) {
      Vector probability = row.getAs("probability");
      Vector logits = row.getAs("rawPrediction");
      double prediction = row.getAs("prediction");
      assertThat(probability.argmax()).isEqualTo(logits.argmax()).isEqualTo((int) prediction);
      right += model.classNames().get((int) prediction).equals(row.getAs("label")) ? 1 : 0;
    }
    assertThat(right).as("of 56 photos that it has learnt").isGreaterThan(50);
    assertThat(Attribute.fromStructField(predicted.schema().apply("prediction")))
        .isInstanceOfSatisfying(
            NominalAttribute.class,
            classes -> assertThat(classes.values().get()).containsExactly("blue", "green", "red"));
  }

  @Test
  void aFitKeepsItsRunAndDropsThePreparedImages() throws IOException {
    classifier("once").setEpochs(1).fit(files());
    assertThat(fitted("once").toFile().list()).containsExactly("run");
    assertThat(fitted("once").resolve("run/experiment.yaml"))
        .content()
        .contains("balanced-softmax", "epochs: 1");
  }

  @Test
  void imagesThatCannotBeReadAreLeftOutUpToALimit() throws IOException {
    Path damaged = ColourPhotos.write(directory.resolve("damaged"), 28, 2);
    Files.write(damaged.resolve("red/broken.png"), new byte[] {1, 2, 3});
    classifier("quarantine").setEpochs(1).setKeepData(true).fit(files(damaged));
    assertThat(fitted("quarantine").resolve("train/quarantine.jsonl"))
        .content()
        .hasLineCount(1)
        .contains("red/broken.png", "not an image");
    assertThat(fitted("quarantine").toFile().list()).containsExactlyInAnyOrder("run", "train");
    LongTailClassifier strict = classifier("strict").setMaxBad("0");
    assertThatThrownBy(() -> strict.fit(files(damaged)))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("1 image cannot be used, 0 are allowed");
  }

  @Test
  void anIndicatorColumnTellsTheValidationSetWhoseBestModelIsTaken() throws IOException {
    Dataset<Row> rows = files().withColumn("held", col("path").rlike("[05]\\.png$"));
    classifier("validated").setEpochs(2).setValidationIndicatorCol("held").fit(rows);
    assertThat(fitted("validated").resolve("run/metrics.jsonl"))
        .content()
        .contains("mean_class_accuracy");
    LongTailClassifier none = classifier("none").setValidationIndicatorCol("held");
    assertThatThrownBy(() -> none.fit(rows.withColumn("held", lit(true))))
        .hasMessageContaining("nothing to train on");
    assertThatThrownBy(() -> none.fit(rows.withColumn("held", lit("yes"))))
        .hasMessageContaining("must be boolean, was string");
  }

  @Test
  void anExperimentSaysWhatNoParamDoes() throws IOException {
    String experiment =
        """
        name: drawn
        data: {transforms: [{type: fit, size: 8}, horizontal-flip]}
        model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, head: cosine}
        stages: [{epochs: 3, batch-size: 8, loss: {type: ldam, scale: 1}, optimizer: {type: sgd, lr: 0.1}}]
        evaluation: {transforms: [{type: fit, size: 8}]}
        """;
    LongTailClassifier drawn =
        new LongTailClassifier()
            .setImageCol("content")
            .setWorkDirectory(directory.resolve("experiment").toString())
            .setExperiment(experiment)
            .setEpochs(1)
            .setOverrides("stages.0.optimizer.lr=0.25")
            .setWorkers(1);
    drawn.fit(files());
    assertThat(fitted("experiment").resolve("run/experiment.yaml"))
        .content()
        .contains("name: drawn", "ldam", "epochs: 1", "lr: 0.25");
    assertThatThrownBy(() -> drawn.copy(drawn.extractParamMap()).setImageSize(16).fit(files()))
        .hasMessageContaining("imageSize is set beside an experiment");
  }

  private static Dataset<Row> files() {
    return files(photos);
  }

  private static Dataset<Row> files(Path folder) {
    return ColourPhotos.files(ColourPhotos.session(), folder);
  }

  @Test
  void whatDoesNotFitIsSaidInOneLine() {
    LongTailClassifier classifier = classifier("errors");
    refuses(
        ErrorCode.CONFIG,
        "no column 'content' (imageCol), it has [path, label]",
        classifier,
        files().select("path", "label"));
    refuses(
        ErrorCode.CONFIG,
        "(imageCol): it must hold the bytes of image files",
        classifier,
        files().withColumn("content", col("length")));
    refuses(ErrorCode.CONFIG, "no column 'label' (labelCol)", classifier, files().drop("label"));
    refuses(
        ErrorCode.CONFIG,
        "(labelCol): it must hold whole numbers from 0 on or texts, was binary",
        classifier,
        files().withColumn("label", col("content")));
    refuses(ErrorCode.DATA, "the DataFrame has no rows", classifier, files().limit(0));
    refuses(
        ErrorCode.DATA,
        "56 rows have no class in the column 'label'",
        classifier,
        files().withColumn("label", lit(null).cast("string")));
    refuses(
        ErrorCode.DATA,
        "must be whole numbers from 0 to 1, or texts that do not change while the DataFrame is read, was 1.5",
        classifier,
        files().withColumn("label", lit(1.5)));
    refuses(
        ErrorCode.DATA,
        "more classes than there can be images for",
        classifier,
        files().withColumn("label", lit(1e9)));
    refuses(
        ErrorCode.CONFIG,
        "a column 'prediction' already",
        classifier,
        files().withColumn("prediction", lit(1)));
    refuses(
        ErrorCode.CONFIG,
        "workDirectory is not set",
        new LongTailClassifier().setImageCol("content"),
        files());
    refuses(
        ErrorCode.CONFIG,
        "max-bad must be a number of images",
        classifier("errors").setMaxBad("many"),
        files());
    refuses(ErrorCode.CONFIG, "balanced-softmax", classifier("errors").setLoss("softmx"), files());
  }

  private static void refuses(
      ErrorCode code, String message, LongTailClassifier classifier, Dataset<Row> rows) {
    assertThatThrownBy(() -> classifier.fit(rows))
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n")
        .isInstanceOfSatisfying(
            LongTailException.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }
}
