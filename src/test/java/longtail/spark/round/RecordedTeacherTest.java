package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.shard.NetworkOutput;
import longtail.shard.OutputTable;
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import longtail.spark.evaluate.EvaluateJob;
import longtail.spark.evaluate.EvaluateOptions;
import longtail.spark.evaluate.OutputStore;
import longtail.spark.evaluate.PostHoc;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A teacher whose logits were written once, and a student that joins them by image id. */
@Tag("spark")
class RecordedTeacherTest {
  private static final Configuration CONF = new Configuration();

  private static final String STUDENT =
      """
      name: student
      seed: 5
      data: {transforms: []}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, precision: float64}
      stages:
        - name: distilled
          epochs: 2
          batch-size: 8
          method: {type: distill, %s: %s, loss: {alpha: 0.7}}
          optimizer: {type: sgd, lr: 0.05, momentum: 0.9}
      averaging: {every: 2}
      checkpoints: {every-steps: 4, keep: 3}
      """;

  @TempDir static Path shared;
  @TempDir Path temporary;
  private static JavaSparkContext spark;

  @BeforeAll
  static void prepare() throws IOException {
    spark = LocalSpark.shared();
    ToyDataset.publish(path("train"), 48, 1, CONF);
    ToyDataset.publish(path("more"), 60, 1, CONF);
    Experiment teacher = ToyDataset.experiment("stages.0.epochs=1");
    TrainJob.run(spark, options(teacher, "train", path("teacher"), 2), Console.silent());
    record(3);
  }

  private static String path(String name) {
    return shared.resolve(name).toString();
  }

  private static void record(int tasks) {
    EvaluateJob.run(
        spark,
        EvaluateOptions.of(path("teacher"), path("train"), path("figures"))
            .with()
            .batchSize(7)
            .workers(OptionalInt.of(tasks))
            .postHoc(new PostHoc(List.of(), 3))
            .store(OutputStore.logits(path("logits")))
            .options());
  }

  private static TrainOptions options(
      Experiment experiment, String data, String output, int workers) {
    return new TrainOptions(
        experiment,
        path(data),
        Optional.empty(),
        output,
        OptionalInt.of(workers),
        TrainOptions.Existing.RESUME);
  }

  private TrainOptions student(String key, String from, String data, String output, int workers) {
    Experiment experiment = Experiment.parse(STUDENT.formatted(key, path(from)), "test", List.of());
    return options(experiment, data, temporary.resolve(output).toString(), workers);
  }

  private static TrainingState run(TrainOptions options) {
    return Checkpoint.open(TrainJob.run(spark, options, Console.silent()).latest(), CONF).state();
  }

  @Test
  void recordedLogitsTeachWhatTheTeacherBesideTheStudentDoes() {
    FlatVector beside = run(student("teacher", "teacher", "train", "beside", 2)).parameters();
    FlatVector recorded =
        run(student("teacher-logits", "logits", "train", "recorded", 2)).parameters();
    for (int i = 0; i < beside.length(); i++) {
      assertThat(recorded.at(i)).isCloseTo(beside.at(i), within(1e-5));
    }
  }

  @Test
  void aResumedRunEndsAsTheUninterruptedOneBitForBit() {
    TrainingState whole = run(student("teacher-logits", "logits", "train", "whole", 2));
    TrainOptions halves = student("teacher-logits", "logits", "train", "halves", 2);
    assertThatThrownBy(() -> TrainJob.run(spark, halves, Console.interrupting(3)))
        .hasMessage("interrupted");
    // the table is written anew, by other tasks
    record(2);
    assertThat(run(halves)).isEqualTo(whole);
  }

  @Test
  void imagesWithoutLogitsAreNamed() {
    assertThatThrownBy(() -> run(student("teacher-logits", "logits", "more", "missing", 1)))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageContaining("12 of 60 images have none")
        .hasMessageContaining("image-")
        .hasMessageContaining("jobs/evaluate --logits");
  }

  @Test
  void aTableThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> run(student("teacher-logits", "nowhere", "train", "none", 1)))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("nowhere")
        .hasMessageContaining("jobs/evaluate --logits");
  }

  @Test
  void clearingATableLeavesItsDirectory() throws IOException {
    Path directory = temporary.resolve("full");
    Files.createDirectories(directory.resolve("logits.parquet"));
    Files.writeString(directory.resolve("kept"), "");
    new OutputTable(NetworkOutput.LOGITS, directory.toString(), CONF).clear();
    assertThat(directory)
        .isDirectoryContaining("glob:**kept")
        .isDirectoryNotContaining("glob:**parquet");
  }

  @Test
  void aTeacherAndItsLogitsExcludeEachOther() {
    String both = "teacher: a, teacher-logits";
    assertThatThrownBy(() -> Experiment.parse(STUDENT.formatted(both, "b"), "test", List.of()))
        .hasMessageContaining("either teacher or teacher-logits");
  }
}
