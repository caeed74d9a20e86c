package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import longtail.Bits;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.eval.NearestClassMean.Mode;
import longtail.eval.NearestClassMean.Similarity;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.shard.Samples;
import longtail.shard.ShardedDataset;
import longtail.spark.evaluate.EvaluateJob;
import longtail.spark.evaluate.EvaluateOptions;
import longtail.spark.evaluate.EvaluateResult;
import longtail.spark.evaluate.NearestMeanOptions;
import longtail.spark.evaluate.OutputStore;
import longtail.spark.evaluate.TrainingCounts;
import longtail.spark.round.StartingWeights;
import longtail.spark.round.TrainJob;
import longtail.spark.round.TrainOptions;
import longtail.spark.round.TrainResult;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Whatever meets a training set or its model finds its classes by their names. */
@Tag("spark")
class ClassNamesTest {
  private static final Configuration CONF = new Configuration();
  private static final List<String> REORDERED = List.of("green", "blue", "red");
  private static final List<String> MORE = List.of("blue", "mauve", "red", "green");

  @TempDir static Path shared;
  private static JavaSparkContext spark;

  @BeforeAll
  static void train() throws IOException {
    spark = LocalSpark.shared();
    ToyDataset.publish(path("train"), 48, 1, CONF);
    ToyDataset.publish(path("test"), 21, 2, CONF);
    ToyDataset.publish(path("reordered"), REORDERED, 21, 2, CONF);
    ToyDataset.publish(path("more"), MORE, 21, 2, CONF);
    ToyDataset.publish(path("other"), List.of("green", "blue", "pink"), 21, 2, CONF);
    ToyDataset.publish(path("fewer"), List.of("green", "red"), 6, 2, CONF);
    ToyDataset.publish(path("retrained"), REORDERED, 48, 1, CONF);
    TrainJob.run(spark, options("train", "test", "run"), Console.silent());
  }

  private static String path(String name) {
    return shared.resolve(name).toString();
  }

  private static TrainOptions options(
      String data, String validation, String output, String... overrides) {
    return new TrainOptions(
        ToyDataset.experiment(overrides),
        path(data),
        Optional.of(path(validation)),
        path(output),
        OptionalInt.of(2),
        TrainOptions.Existing.RESUME);
  }

  private static EvaluateResult evaluate(String data) {
    return EvaluateJob.run(
        spark, EvaluateOptions.of(path("run"), path(data), path("evaluation-" + data)));
  }

  @Test
  void aValidationSetOfAnotherOrderGivesTheSameFigures() {
    TrainResult plain = TrainJob.run(spark, options("train", "test", "plain"), Console.silent());
    TrainResult reordered =
        TrainJob.run(spark, options("train", "reordered", "by-name"), Console.silent());

    assertThat(reordered.metrics()).isNotEmpty().isEqualTo(plain.metrics());
    assertThat(TrainJob.run(spark, options("train", "fewer", "some"), Console.silent()).metrics())
        .containsKey("top1");
  }

  @Test
  void aValidationSetOfAnotherClassIsRefusedBeforeTheFirstStep() {
    assertRefused(() -> TrainJob.run(spark, options("train", "other", "no"), Console.silent()))
        .hasMessageContaining("'pink'");
    assertThat(shared.resolve("no")).doesNotExist();
  }

  @Test
  void anEvaluationFindsTheClassesOfTheModel() {
    EvaluateResult test = evaluate("test");
    for (String set : new String[] {"reordered", "more"}) {
      EvaluateResult same = evaluate(set);
      assertThat(same.report().summary().classes()).isEqualTo(test.report().summary().classes());
      assertThat(same.report().summary().classNames()).containsExactly("red", "green", "blue");
    }
    EvaluateResult fewer = evaluate("fewer");
    assertThat(fewer.report().summary().classes())
        .extracting(c -> c.tested())
        .containsExactly(true, true, false);
    assertRefused(() -> evaluate("other")).hasMessageContaining("'pink'");
    assertThat(shared.resolve("evaluation-other")).doesNotExist();
  }

  @Test
  void aModelWithoutNamesIsComparedByNumberIfThereAreAsMany() throws IOException {
    Checkpoint checkpoint = Checkpoint.open(path("run/checkpoints/" + latest()), CONF);
    Path alone = shared.resolve("alone.zip");
    try (Network network = checkpoint.network();
        OutputStream out = Files.newOutputStream(alone)) {
      network.save(out);
    }

    EvaluateResult known = evaluate("test");
    EvaluateResult unknown =
        EvaluateJob.run(spark, EvaluateOptions.of(alone.toString(), path("test"), path("of-zip")));
    assertThat(unknown.report().summary().top1()).isEqualTo(known.report().summary().top1());
    assertRefused(
            () ->
                EvaluateJob.run(
                    spark, EvaluateOptions.of(alone.toString(), path("fewer"), path("refused"))))
        .hasMessageContaining("2 classes with names")
        .hasMessageContaining("3 classes without");
  }

  @Test
  void theZipOfACheckpointKnowsTheNamesByItself() throws IOException {
    Checkpoint checkpoint = Checkpoint.open(path("run/checkpoints/" + latest()), CONF);
    Path alone = shared.resolve("named.zip");
    Files.copy(Path.of(checkpoint.directory().replaceFirst("^file:", ""), "model.zip"), alone);
    assertThat(
            EvaluateJob.run(
                    spark, EvaluateOptions.of(alone.toString(), path("fewer"), path("of-named")))
                .report()
                .summary()
                .classes())
        .extracting(c -> c.tested())
        .containsExactly(true, true, false);
  }

  private static String latest() throws IOException {
    try (var checkpoints = Files.list(shared.resolve("run/checkpoints"))) {
      return checkpoints.map(c -> c.getFileName().toString()).sorted().toList().get(0);
    }
  }

  @Test
  void trainingCountsAreFoundByName() {
    ClassCounts own = ShardedDataset.open(path("train"), CONF).counts();
    List<String> names = List.of("red", "green", "blue");

    assertThat(TrainingCounts.of(path("retrained"), CONF).under(names)).isEqualTo(own);
    assertThat(TrainingCounts.of(path("fewer"), CONF).under(names).toArray()).endsWith(0);
    assertRefused(() -> TrainingCounts.of(path("other"), CONF).under(names))
        .hasMessageContaining("'pink'");
  }

  @Test
  void classMeansAreThoseOfTheSameNames() {
    assertThat(means("retrained").report().summary().classes())
        .isEqualTo(means("train").report().summary().classes());
  }

  private static EvaluateResult means(String training) {
    return EvaluateJob.run(
        spark,
        EvaluateOptions.of(path("run"), path("test"), path("means-" + training))
            .with()
            .batchSize(16)
            .workers(OptionalInt.of(1))
            .nearestMean(
                Optional.of(
                    new NearestMeanOptions(
                        Mode.PLAIN, Similarity.EUCLIDEAN, Optional.of(path(training)))))
            .options());
  }

  @Test
  void aMetaSetIsSeenUnderTheClassesOfTheTrainingSet() {
    List<String> names = ShardedDataset.open(path("train"), CONF).classNames();
    Experiment plain = ToyDataset.Meta.METASAUG.experiment("data.meta=" + path("test"));
    Experiment reordered = ToyDataset.Meta.METASAUG.experiment("data.meta=" + path("reordered"));
    Experiment other = ToyDataset.Meta.METASAUG.experiment("data.meta=" + path("other"));

    assertThat(labels(reordered.metaSet(path("train"), names, CONF).orElseThrow()))
        .isEqualTo(labels(plain.metaSet(path("train"), names, CONF).orElseThrow()));
    assertRefused(() -> other.metaSet(path("train"), names, CONF)).hasMessageContaining("'pink'");
  }

  private static Map<String, Integer> labels(ShardedDataset dataset) {
    Map<String, Integer> labels = new TreeMap<>();
    Samples samples = dataset.samples();
    for (int row = 0; row < samples.size(); row++) {
      labels.put(samples.imageId(row), samples.label(row));
    }
    return labels;
  }

  @Test
  void aTeacherOfAnotherOrderIsRefusedBeforeTheFirstStep() {
    EvaluateJob.run(
        spark,
        EvaluateOptions.of(path("run"), path("train"), path("recorded"))
            .with()
            .batchSize(16)
            .workers(OptionalInt.of(1))
            .store(OutputStore.logits(path("logits")))
            .options());
    for (String teacher :
        new String[] {"teacher: " + path("run"), "teacher-logits: " + path("logits")}) {
      String method = "stages.1.method={type: distill, %s}".formatted(teacher);
      assertRefused(
              () ->
                  TrainJob.run(
                      spark, options("retrained", "test", "student", method), Console.silent()))
          .hasMessageContaining("class 0 is 'red' for the teacher")
          .hasMessageContaining("'green' for the training set");
    }
    assertThat(shared.resolve("student")).doesNotExist();
  }

  @Test
  void aHeadOfOtherClassesIsNotStartedFrom() {
    Experiment experiment = ToyDataset.experiment();
    ShardedDataset training = ShardedDataset.open(path("train"), CONF);
    try (Network network = experiment.network(training);
        Network untouched = experiment.network(training)) {
      String line = StartingWeights.load(path("run"), network, REORDERED, CONF);
      assertThat(line).contains("the head stays as it was");
      int heads = 0;
      for (ParameterBlock block : network.layout()) {
        var rows = NDArrayIndex.interval(block.offset(), block.offset() + block.length());
        double[] start = Bits.of(untouched.parameters().get(rows));
        double[] now = Bits.of(network.parameters().get(rows));
        if (block.head()) {
          heads++;
          assertThat(now).as(block.name()).isEqualTo(start);
        } else if (block.name().contains("conv")) {
          assertThat(now).as(block.name()).isNotEqualTo(start);
        }
      }
      assertThat(heads).isPositive();
      assertThat(StartingWeights.load(path("run"), network, training.classNames(), CONF))
          .doesNotContain("stays as it was");
    }
  }

  private static AbstractThrowableAssert<?, ?> assertRefused(ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG));
  }
}
