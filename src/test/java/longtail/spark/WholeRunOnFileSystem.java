package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import longtail.spark.evaluate.EvaluateJob;
import longtail.spark.evaluate.EvaluateOptions;
import longtail.spark.predict.PredictJob;
import longtail.spark.predict.PredictOptions;
import longtail.spark.predict.PredictSummary;
import longtail.spark.prepare.PrepareJob;
import longtail.spark.prepare.PrepareOptions;
import longtail.spark.prepare.PrepareSummary;
import longtail.spark.round.TrainJob;
import longtail.spark.round.TrainOptions;
import longtail.spark.round.TrainResult;
import longtail.storage.FileSystems;
import longtail.train.checkpoint.Checkpoint;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a whole run does on any file system: the specification of the tests on each of them. */
@Tag("spark")
abstract class WholeRunOnFileSystem {
  /** The directory of all files of the test, with the scheme of its file system. */
  abstract String root();

  /** Prepares the sets that the runs below {@code root} learn from and are validated on. */
  static void prepare(String root) throws IOException {
    Configuration conf = LocalSpark.shared().hadoopConfiguration();
    PrepareSummary prepared =
        PrepareJob.run(
            LocalSpark.shared(),
            ToyDataset.collect(root + "/images", 48, 1, conf),
            PrepareOptions.USUAL.withShards(4),
            root + "/train",
            Console.silent());
    assertThat(prepared.dataset().counts().total()).isEqualTo(48);
    ToyDataset.publish(root + "/validation", 21, 2, conf);
  }

  TrainOptions options(String output) {
    return new TrainOptions(
        ToyDataset.experiment(),
        root() + "/train",
        Optional.of(root() + "/validation"),
        root() + "/" + output,
        OptionalInt.of(2),
        TrainOptions.Existing.RESUME);
  }

  @Test
  void aRunIsInterruptedResumedBitForBitAndUsedWhereItLies() throws IOException {
    Configuration conf = LocalSpark.shared().hadoopConfiguration();
    TrainResult whole = train("whole");
    assertThatThrownBy(
            () -> TrainJob.run(LocalSpark.shared(), options("halves"), Console.interrupting(5)))
        .hasMessage("interrupted");
    TrainResult halves = train("halves");
    assertThat(Checkpoint.open(halves.latest(), conf).state())
        .isEqualTo(Checkpoint.open(whole.latest(), conf).state());
    assertThat(halves.latest()).startsWith(root());
    assertThat(exists("/halves/metrics.jsonl", conf)).isTrue();

    for (String images : List.of("/images", "/images/image-*.png")) {
      PredictSummary predicted =
          PredictJob.run(
              LocalSpark.shared(),
              PredictOptions.of(root() + "/whole", root() + images, root() + "/predicted"),
              Console.silent());
      assertThat(predicted.images()).isEqualTo(48);
      assertThat(predicted.unreadable()).isZero();
      assertThat(exists("/predicted/predictions.parquet/_SUCCESS", conf)).isTrue();
    }

    assertThat(
            EvaluateJob.run(
                    LocalSpark.shared(),
                    EvaluateOptions.of(
                        whole.latest(), root() + "/validation", root() + "/evaluated"))
                .report()
                .summary()
                .samples())
        .isEqualTo(21);
  }

  private TrainResult train(String output) {
    return TrainJob.run(LocalSpark.shared(), options(output), Console.silent());
  }

  private boolean exists(String file, Configuration conf) throws IOException {
    Path path = FileSystems.path(root() + file);
    return FileSystems.of(path, conf).exists(path);
  }
}
