package longtail.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The estimator among Spark ML's own stages. */
@Tag("spark")
class LongTailPipelineTest {
  @TempDir static Path directory;
  private static SparkSession spark;
  private static Dataset<Row> photos;

  @BeforeAll
  static void takePhotos() throws IOException {
    spark = ColourPhotos.notebook();
    photos = ColourPhotos.files(spark, ColourPhotos.write(directory.resolve("photos"), 56, 1));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void anIndexedLabelKeepsItsNumbersAndNames() throws IOException {
    // by frequency: red, green, blue
    StringIndexer indexer = new StringIndexer().setInputCol("label").setOutputCol("index");
    LongTailClassifier classifier =
        ColourPhotos.classifier(directory.resolve("pipeline")).setLabelCol("index");
    IndexToString names = new IndexToString().setInputCol("prediction").setOutputCol("colour");
    PipelineModel fitted =
        new Pipeline().setStages(new PipelineStage[] {indexer, classifier, names}).fit(photos);
    assertThat(((LongTailModel) fitted.stages()[1]).classNames())
        .containsExactly("red", "green", "blue");
    List<Row> rows = fitted.transform(photos).collectAsList();
    long right =
        rows.stream().filter(row -> row.<String>getAs("colour").equals(row.getAs("label"))).count();
    assertThat(right).as("of 56 photos that it has learnt").isGreaterThan(50);
    String path = directory.resolve("fitted").toString();
    fitted.save(path);
    assertThat(PipelineModel.load(path).transform(photos).select("path", "colour").collectAsList())
        .isEqualTo(fitted.transform(photos).select("path", "colour").collectAsList());
  }

  @Test
  void aCrossValidatorTakesTheBetterLearningRate() {
    Dataset<Row> indexed =
        new StringIndexer()
            .setInputCol("label")
            .setOutputCol("index")
            .fit(photos)
            .transform(photos)
            .cache();
    LongTailClassifier classifier =
        ColourPhotos.classifier(directory.resolve("crossed")).setLabelCol("index").setEpochs(4);
    ParamMap[] grid =
        new ParamGridBuilder().addGrid(classifier.learningRate(), new double[] {1e-6, 0.1}).build();
    CrossValidatorModel best =
        new CrossValidator()
            .setEstimator(classifier)
            .setEvaluator(
                new MulticlassClassificationEvaluator()
                    .setLabelCol("index")
                    .setMetricName("accuracy"))
            .setEstimatorParamMaps(grid)
            .setNumFolds(2)
            .setSeed(1)
            .fit(indexed);
    assertThat(best.avgMetrics()).hasSize(2);
    assertThat(best.avgMetrics()[1]).isGreaterThan(best.avgMetrics()[0]);
    LongTailClassifier parent = (LongTailClassifier) best.bestModel().parent();
    assertThat(parent.getOrDefault(parent.learningRate())).isEqualTo(0.1);
  }

  @Test
  void aSavedClassifierKeepsItsParams() throws IOException {
    String path = directory.resolve("classifier").toString();
    LongTailClassifier classifier =
        ColourPhotos.classifier(directory.resolve("saved"))
            .setOverrides("averaging.every=2")
            .setThresholds(1, 2, 3);
    classifier.save(path);
    LongTailClassifier loaded = LongTailClassifier.load(path);
    assertThat(loaded.uid()).isEqualTo(classifier.uid());
    assertThat(withoutArrays(loaded)).isEqualTo(withoutArrays(classifier));
    assertThat(loaded.getOrDefault(loaded.overrides())).containsExactly("averaging.every=2");
    assertThat(loaded.getOrDefault(loaded.thresholds())).containsExactly(1, 2, 3);
  }

  /** Arrays are explained by their addresses. */
  private static List<String> withoutArrays(LongTailClassifier classifier) {
    return classifier
        .explainParams()
        .lines()
        .filter(line -> !line.startsWith("overrides") && !line.startsWith("thresholds"))
        .toList();
  }
}
