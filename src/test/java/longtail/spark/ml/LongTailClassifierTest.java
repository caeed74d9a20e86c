package longtail.spark.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import longtail.spark.LocalSpark;
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

/** What the page "DataFrames and Spark ML" promises, on images of three colours. */
@Tag("spark")
class LongTailClassifierTest {
  private static final String BACKBONE = "{type: cifar-resnet, depth: 8, width: 4}";

  @TempDir static Path directory;
  private static SparkSession spark;
  private static String photos;
  private static LongTailModel model;

  @BeforeAll
  static void fit() throws IOException {
    spark = SparkSession.builder().sparkContext(LocalSpark.shared().sc()).getOrCreate();
    photos = ColourPhotos.write(directory.resolve("photos"), 56, 1).toString();
    model = classifier().fit(files(photos));
  }

  private static LongTailClassifier classifier() {
    return new LongTailClassifier()
        .setImageCol("content")
        .setWorkDirectory(directory.resolve("work").toString())
        .setBackbone(BACKBONE)
        .setImageSize(8)
        .setEpochs(8)
        .setBatchSize(8)
        .setWorkers(2);
  }

  /** The files below {@code folder}, labelled by the folder that they lie in. */
  private static Dataset<Row> files(String folder) {
    return spark
        .read()
        .format("binaryFile")
        .option("recursiveFileLookup", true)
        .load(folder)
        .withColumn("label", regexp_extract(col("path"), "([^/]+)/[^/]+$", 1));
  }

  @Test
  void aDataFrameOfFilesIsTrainedOnAndPredicted() {
    Dataset<Row> predicted = model.transform(files(photos));
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
    List<Row> rows = predicted.collectAsList();
    assertThat(rows).hasSize(56);
    int right = 0;
    for (Row row : rows) {
      Vector probability = row.getAs("probability");
      Vector logits = row.getAs("rawPrediction");
      double prediction = row.getAs("prediction");
      assertThat(probability.argmax()).isEqualTo(logits.argmax()).isEqualTo((int) prediction);
      right += ColourPhotos.COLOURS.get((int) prediction).equals(row.getAs("label")) ? 1 : 0;
    }
    assertThat(right).as("of 56 photos that it has learnt").isGreaterThan(50);
    assertThat(Attribute.fromStructField(predicted.schema().apply("prediction")))
        .isInstanceOfSatisfying(
            NominalAttribute.class,
            classes -> assertThat(classes.values().get()).containsExactly("blue", "green", "red"));
  }
}
