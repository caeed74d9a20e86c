package longtail.spark.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import longtail.spark.Console;
import longtail.spark.predict.PredictJob;
import longtail.spark.predict.PredictOptions;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page "DataFrames and Spark ML" promises of predictions, on images of three colours. */
@Tag("spark")
class LongTailModelTest {
  @TempDir static Path directory;
  private static SparkSession spark;
  private static Path photos;
  private static LongTailModel model;

  @BeforeAll
  static void train() throws IOException {
    spark = ColourPhotos.notebook();
    photos = ColourPhotos.write(directory.resolve("photos"), 56, 1);
    model =
        ColourPhotos.classifier(directory.resolve("work")).fit(ColourPhotos.files(spark, photos));
  }

  /** The logits of each image by the end of its path. */
  private static Map<String, Vector> logits(Dataset<Row> predicted) {
    Map<String, Vector> logits = new TreeMap<>();
    for (Row row : predicted.withColumn("file", name()).collectAsList()) {
      logits.put(row.getAs("file"), row.getAs("rawPrediction"));
    }
    return logits;
  }

  private static org.apache.spark.sql.Column name() {
    return regexp_extract(col("path"), "[^/]+/[^/]+$", 0);
  }

  private static Dataset<Row> files() {
    return ColourPhotos.files(spark, photos);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void bytesPathsStructsAndTheImageSourceAgree() {
    Map<String, Vector> expected = logits(model.transform(files()));
    assertThat(expected).hasSize(56);
    LongTailModel other = model.copy(model.extractParamMap()).setImageCol("image");
    Dataset<Row> rows = files();
    assertThat(logits(other.transform(rows.withColumn("image", col("path"))))).isEqualTo(expected);
    Dataset<Row> structs =
        rows.withColumn(
            "image",
            struct(
                when(col("label").equalTo("red"), col("content")).as("bytes"),
                col("path").as("path")));
    assertThat(logits(other.transform(structs))).isEqualTo(expected);
    structs.select("image", "label", "path").write().parquet(directory + "/table");
    Dataset<Row> table = spark.read().parquet(directory + "/table");
    assertThat(logits(other.transform(table))).isEqualTo(expected);
    Dataset<Row> source =
        spark
            .read()
            .format("image")
            .option("recursiveFileLookup", true)
            .load(photos.toString())
            .withColumn("path", col("image.origin"));
    assertThat(logits(other.transform(source))).isEqualTo(expected);
  }

  @Test
  void theImageSourceTrainsTheSameModelAsTheFiles() {
    Dataset<Row> files = files();
    Dataset<Row> source =
        spark
            .read()
            .format("image")
            .option("recursiveFileLookup", true)
            .load(photos.toString())
            .withColumn("label", regexp_extract(col("image.origin"), "([^/]+)/[^/]+$", 1))
            .orderBy("image.origin")
            .coalesce(1);
    LongTailModel ofSource =
        ColourPhotos.classifier(directory.resolve("source"))
            .setImageCol("image")
            .setEpochs(1)
            .fit(source)
            .setImageCol("content");
    LongTailModel ofFiles =
        ColourPhotos.classifier(directory.resolve("files")).setEpochs(1).fit(files);
    assertThat(logits(ofSource.transform(files))).isEqualTo(logits(ofFiles.transform(files)));
  }

  @Test
  void predictionsAreThoseOfTheCommand() throws IOException {
    PredictOptions options =
        PredictOptions.of(run(), photos.toString(), directory.resolve("predicted").toString());
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    PredictJob.run(context, options, Console.silent());
    Map<String, Row> command = new TreeMap<>();
    spark
        .read()
        .parquet(directory + "/predicted/predictions.parquet")
        .collectAsList()
        .forEach(row -> command.put(row.getAs("path"), row));
    LongTailModel ofRun = LongTailModel.ofRun(run(), new Configuration()).setImageCol("content");
    assertThat(ofRun.classNames()).containsExactly("blue", "green", "red");
    List<Row> rows =
        ofRun.transform(files().repartition(5)).withColumn("file", name()).collectAsList();
    assertThat(rows).hasSameSizeAs(command.keySet());
    for (Row row : rows) {
      Row of = command.get(row.<String>getAs("file"));
      double prediction = row.getAs("prediction");
      Vector probability = row.getAs("probability");
      assertThat(model.classNames().get((int) prediction)).isEqualTo(of.getAs("class"));
      assertThat(probability.apply((int) prediction)).isEqualTo(of.<Double>getAs("probability"));
    }
  }

  private static String run() throws IOException {
    try (Stream<Path> fits = Files.list(directory.resolve("work"))) {
      return fits.toList().get(0).resolve("run").toString();
    }
  }

  @Test
  void aSavedModelPredictsTheSame() throws IOException {
    String path = directory.resolve("model").toString();
    model.copy(model.extractParamMap()).setTau(0.5).setLogitAdjust(1).save(path);
    LongTailModel loaded = LongTailModel.load(path);
    assertThat(loaded.uid()).isEqualTo(model.uid());
    assertThat(loaded.classNames()).isEqualTo(model.classNames());
    assertThat(logits(loaded.transform(files())))
        .isEqualTo(
            logits(
                model
                    .copy(model.extractParamMap())
                    .setTau(0.5)
                    .setLogitAdjust(1)
                    .transform(files())))
        .isNotEqualTo(logits(model.transform(files())));
    assertThatThrownBy(() -> model.save(path)).hasMessageContaining("already exists");
    model.write().overwrite().save(path);
    assertThat(logits(LongTailModel.load(path).transform(files())))
        .isEqualTo(logits(model.transform(files())));
    Files.delete(directory.resolve("model/model.zip"));
    assertThatThrownBy(() -> LongTailModel.load(path)).hasMessageContaining("model.zip");
  }

  @Test
  void unreadableImagesFailAreSkippedOrKept() {
    Dataset<Row> rows =
        files()
            .withColumn(
                "content",
                when(col("path").endsWith("003.png"), lit(new byte[] {1, 2, 3}))
                    .when(col("path").endsWith("004.png"), lit(null))
                    .otherwise(col("content")));
    assertThatThrownBy(() -> model.transform(rows).collectAsList())
        .hasStackTraceContaining("an image of the column 'content' (file:")
        .hasStackTraceContaining("handleInvalid");
    LongTailModel skipping = model.copy(model.extractParamMap()).setHandleInvalid("skip");
    assertThat(skipping.transform(rows).count()).isEqualTo(54);
    LongTailModel keeping =
        model.copy(model.extractParamMap()).setHandleInvalid("keep").setErrorCol("error");
    Dataset<Row> kept = keeping.transform(rows);
    assertThat(kept.count()).isEqualTo(56);
    List<Row> failed = kept.filter(col("error").isNotNull()).orderBy("path").collectAsList();
    assertThat(failed).hasSize(2);
    for (Row row : failed) {
      assertThat(row.<Object>getAs("prediction")).isNull();
      assertThat(row.<Object>getAs("probability")).isNull();
      assertThat(row.<Object>getAs("rawPrediction")).isNull();
    }
    assertThat(kept.filter(col("error").equalTo("the row holds no image")).count()).isEqualTo(1);
    assertThat(logits(kept.filter(col("error").isNull())))
        .isEqualTo(logits(skipping.transform(rows)));
    assertThatThrownBy(() -> model.copy(model.extractParamMap()).setHandleInvalid("drop"))
        .hasMessageContaining("handleInvalid");
  }

  @Test
  void thresholdsMoveThePredictionAndOnlyNamedColumnsAreAdded() {
    LongTailModel blue =
        model
            .copy(model.extractParamMap())
            .setThresholds(1e-12, 1, 1)
            .setProbabilityCol("")
            .setRawPredictionCol("");
    Dataset<Row> predicted = blue.transform(files());
    assertThat(predicted.columns()).endsWith("label", "prediction");
    assertThat(predicted.filter(col("prediction").equalTo(0)).count()).isEqualTo(56);
    assertThatThrownBy(
            () -> model.copy(model.extractParamMap()).setThresholds(1, 1).transform(files()))
        .hasMessageContaining("thresholds must be one number for each of 3 classes, were 2");
  }
}
