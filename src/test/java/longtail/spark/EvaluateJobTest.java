package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import longtail.eval.NearestClassMean;
import longtail.eval.NearestClassMean.Mode;
import longtail.eval.NearestClassMean.Similarity;
import longtail.image.ImageCodec;
import longtail.image.RgbImage;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.shard.DatasetDescription;
import longtail.shard.DatasetPublisher;
import longtail.shard.Samples;
import longtail.shard.ShardPlan;
import longtail.shard.ShardWriter;
import longtail.shard.ShardedDataset;
import longtail.train.Checkpoint;
import longtail.train.CheckpointChoice;
import longtail.train.CheckpointPlan;
import longtail.train.Checkpoints;
import longtail.train.Experiment;
import longtail.train.FlatVector;
import longtail.train.SavedModel;
import longtail.train.TrainingState;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateJobTest {
  private static final Configuration CONF = new Configuration();
  private static final int IMAGES = 29;
  private static final int SIZE = 8;
  private static final List<String> CLASSES = List.of("ball", "kite", "bear");

  private static final CheckpointPlan KEEP_ALL =
      new CheckpointPlan(1, Optional.empty(), 9, CheckpointPlan.Metric.MEAN_CLASS_ACCURACY);

  @TempDir private static Path directory;
  private static JavaSparkContext spark;
  private static ShardedDataset training;
  private static Checkpoint checkpoint;

  @BeforeAll
  static void prepare() throws IOException {
    spark = LocalSpark.open(2);
    training = publish("training", CLASSES);
    publish("test", CLASSES);
    Experiment experiment =
        Experiment.parse(
            """
            name: toy
            model: {backbone: {type: resnet32, width: 4}, head: linear}
            data: {transforms: [{type: pad-crop, padding: 1}]}
            stages:
              - {name: only, epochs: 1, batch-size: 8}
            """,
            "test",
            List.of());
    try (Network network = experiment.network(training)) {
      TrainingState state = TrainingState.initial(FlatVector.copyOf(network.parameters()));
      checkpoint =
          Checkpoints.of(
                  directory.resolve("run/checkpoints").toString(), experiment.checkpoints(), CONF)
              .save(state, network, experiment, training, 1, Map.of());
    }
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  @Test
  void figuresDoNotDependOnTheNumberOfTasks() throws IOException {
    EvaluateResult one = evaluate("run", "one", OptionalInt.of(1), 8);
    EvaluateResult three = evaluate("run", "three", OptionalInt.of(3), 5);
    assertThat(three.workers()).isEqualTo(3);
    assertThat(three.report().summary().classes()).isEqualTo(one.report().summary().classes());
    assertThat(three.report().summary().top5()).isEqualTo(1);
    assertThat(predictions("three")).hasSize(IMAGES).isEqualTo(predictions("one"));
  }

  @Test
  void predictionsAreATableOfAllImages() throws IOException {
    EvaluateResult result = evaluate("run", "table", OptionalInt.empty(), 16);
    List<String> rows = predictions("table");
    assertThat(rows).allMatch(row -> row.matches("image-\\d+ [0-2] ([0-2]) \\[\\1, .*"));
    long correct = rows.stream().filter(row -> row.matches("image-\\d+ (\\d) \\1 .*")).count();
    assertThat(result.report().summary().top1()).isEqualTo((double) correct / IMAGES);
  }

  @Test
  void aCheckpointAndItsZipGiveTheSame() {
    EvaluateResult run = evaluate("run", "of-run", OptionalInt.of(1), 8);
    EvaluateResult exact =
        EvaluateJob.run(
            spark,
            EvaluateOptions.of(
                checkpoint.directory() + "/model.zip", data("test"), output("of-zip")));
    assertThat(exact.report().summary().classes()).isEqualTo(run.report().summary().classes());
    assertThat(exact.report().summary().name()).isEqualTo("toy");
  }

  @Test
  void groupsFollowTheTrainingCounts() throws IOException {
    Path alone = directory.resolve("alone.zip");
    var saved = new org.apache.hadoop.fs.Path(checkpoint.directory(), "model.zip");
    Files.copy(Path.of(saved.toUri().getPath()), alone);
    EvaluateOptions options =
        new EvaluateOptions(
            alone.toString(),
            data("test"),
            output("counted"),
            8,
            OptionalInt.empty(),
            Optional.of(ClassCounts.of(1000, 50, 1)),
            Optional.of("given"));
    assertThat(EvaluateJob.run(spark, options).report().summary().classes())
        .extracting(c -> c.group())
        .containsExactly(Shots.Group.MANY, Shots.Group.MANY, Shots.Group.FEW);
  }

  @Test
  void aRangeOfPowersIsScoredInOnePassAndZeroIsTheModelItself() {
    EvaluateResult plain = evaluate("run", "plain", OptionalInt.of(1), 8);
    EvaluateResult sweep =
        corrected("sweep", CheckpointChoice.LATEST, new PostHoc(List.of(0.0, 0.5, 1.0), 0));
    assertThat(sweep.reports())
        .extracting(report -> report.summary().name())
        .containsExactly("toy tau 0.0", "toy tau 0.5", "toy tau 1.0");
    assertThat(sweep.report().summary().classes()).isEqualTo(plain.report().summary().classes());
    assertThat(directory.resolve("sweep/tau-0.5/report.html")).exists();
  }

  @Test
  void adjustedLogitsPreferRareClasses() {
    ClassCounts counts = ClassCounts.of(1_000_000, 1, 1_000_000);
    EvaluateOptions options =
        new EvaluateOptions(
            directory.resolve("run").toString(),
            CheckpointChoice.LATEST,
            data("test"),
            output("adjusted"),
            8,
            OptionalInt.of(2),
            Optional.of(counts),
            Optional.empty(),
            new PostHoc(List.of(), 100));
    EvaluateResult result = EvaluateJob.run(spark, options);
    assertThat(result.report().summary().classes())
        .extracting(c -> c.accuracy())
        .containsExactly(0.0, 1.0, 0.0);
  }

  @Test
  void theNearestClassMeanDoesNotDependOnTheNumberOfTasks() throws IOException {
    Map<Mode, Similarity> pairs =
        Map.of(
            Mode.PLAIN, Similarity.EUCLIDEAN,
            Mode.NORMALIZED, Similarity.PRODUCT,
            Mode.CENTERED, Similarity.COSINE);
    for (Mode mode : Mode.values()) {
      Similarity similarity = pairs.get(mode);
      List<String> expected = expected(mode, similarity);
      for (int tasks : new int[] {1, 3}) {
        String output = "nearest-%s-%d".formatted(mode, tasks);
        EvaluateResult result =
            nearest(
                "run",
                new NearestMeanOptions(mode, similarity, Optional.of(data("training"))),
                output,
                OptionalInt.of(tasks));
        assertThat(result.report().summary().name()).isEqualTo("toy nearest class mean");
        assertThat(predictions(output).stream().map(EvaluateJobTest::imageAndPrediction))
            .containsExactlyElementsOf(expected);
      }
    }
  }

  private static String imageAndPrediction(String row) {
    return row.replaceAll("^(\\S+) \\S+ (\\S+) .*$", "$1 $2");
  }

  @Test
  void withoutARecordOfTheTrainingSetItMustBeGiven() {
    assertThatThrownBy(() -> nearest("run", Optional.empty(), "unknown", OptionalInt.of(1)))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("does not name one")
        .hasMessageContaining("--means-from");
  }

  @Test
  void theTrainingSetOfTheRunIsTheUsualOneUnlessItHasChanged() throws IOException {
    Path run = directory.resolve("recorded");
    try (Network network = checkpoint.experiment().network(training)) {
      Checkpoints.of(run.resolve("checkpoints").toString(), KEEP_ALL, CONF)
          .save(checkpoint.state(), network, checkpoint.experiment(), training, 1, Map.of());
    }
    Files.writeString(run.resolve("run.json"), "{\"data\": \"%s\"}".formatted(data("training")));
    nearest("recorded", Optional.empty(), "found", OptionalInt.of(2));
    nearest("recorded", Optional.of(data("training")), "given", OptionalInt.of(2));
    assertThat(predictions("found")).isEqualTo(predictions("given"));
    publish("later", CLASSES, IMAGES - 1);
    Files.writeString(run.resolve("run.json"), "{\"data\": \"%s\"}".formatted(data("later")));
    assertThatThrownBy(() -> nearest("recorded", Optional.empty(), "changed", OptionalInt.of(1)))
        .hasMessageContaining("has changed");
  }

  private static EvaluateResult nearest(
      String model, Optional<String> meansFrom, String output, OptionalInt workers) {
    return nearest(
        model,
        new NearestMeanOptions(Mode.CENTERED, Similarity.EUCLIDEAN, meansFrom),
        output,
        workers);
  }

  private static EvaluateResult nearest(
      String model, NearestMeanOptions options, String output, OptionalInt workers) {
    return EvaluateJob.run(
        spark,
        new EvaluateOptions(
            directory.resolve(model).toString(),
            CheckpointChoice.LATEST,
            data("test"),
            output(output),
            8,
            workers,
            Optional.empty(),
            Optional.empty(),
            PostHoc.NOTHING,
            Optional.empty(),
            Optional.of(options)));
  }

  /** Image and prediction of the test set, by means over the training set in this process. */
  private static List<String> expected(Mode mode, Similarity similarity) throws IOException {
    List<double[]> features = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    visit(
        "training",
        (samples, row, feature) -> {
          features.add(feature);
          labels.add(samples.label(row));
        });
    NearestClassMean means =
        NearestClassMean.fit(
            features.toArray(double[][]::new),
            labels.stream().mapToInt(i -> i).toArray(),
            CLASSES.size(),
            mode);
    List<String> expected = new ArrayList<>();
    visit(
        "test",
        (samples, row, feature) -> {
          double[] logits = means.logits(feature, similarity);
          int best =
              IntStream.range(0, logits.length)
                  .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                  .orElseThrow();
          expected.add(samples.imageId(row) + " " + best);
        });
    return expected;
  }

  private interface Row {
    void accept(Samples samples, int row, double... feature);
  }

  private static void visit(String data, Row sink) throws IOException {
    SavedModel model = SavedModel.find(checkpoint.directory(), CheckpointChoice.LATEST, CONF);
    Scorer.View view = new Scorer.View(training.normalization(), SIZE, SIZE, 8);
    ShardedDataset dataset = ShardedDataset.open(data(data), CONF);
    try (Scorer scorer = new Scorer(dataset, model.network(CONF), view, 0, CONF)) {
      scorer.visit(
          0,
          1,
          Activations::features,
          (rows, features) -> {
            for (int i = 0; i < rows.length; i++) {
              sink.accept(dataset.samples(), rows[i], NearestClassMean.doubles(features[i]));
            }
          });
    }
  }

  @Test
  void theBestCheckpointOfARunIsThatOfTheFigureInQuestion() {
    Experiment experiment = checkpoint.experiment();
    try (Network network = experiment.network(training)) {
      TrainingState state = TrainingState.initial(FlatVector.copyOf(network.parameters()));
      Checkpoints kept =
          Checkpoints.of(directory.resolve("scored/checkpoints").toString(), KEEP_ALL, CONF);
      double[][] figures = {{0.5, 0.1}, {0.7, 0.2}, {0.6, 0.3}};
      for (int i = 0; i < figures.length; i++) {
        TrainingState later =
            TrainingState.of(
                state.cursor(), i, state.parameters(), state.optimizer(), new byte[0], 0);
        Map<String, Double> metrics =
            Map.of("top1", figures[i][0], "mean_class_accuracy", figures[i][1]);
        kept.save(later, network, experiment, training, 1, metrics);
      }
    }
    String run = directory.resolve("scored").toString();
    assertThat(steps(run, CheckpointChoice.LATEST)).isEqualTo(2);
    assertThat(
            steps(
                run,
                new CheckpointChoice(
                    CheckpointChoice.Which.BEST, Optional.of(CheckpointPlan.Metric.TOP1))))
        .isEqualTo(1);
    assertThat(steps(run, new CheckpointChoice(CheckpointChoice.Which.BEST, Optional.empty())))
        .isEqualTo(2);
    assertThatThrownBy(
            () ->
                steps(
                    directory.resolve("run").toString(),
                    new CheckpointChoice(CheckpointChoice.Which.BEST, Optional.empty())))
        .hasMessageContaining("no checkpoint")
        .hasMessageContaining("mean_class_accuracy");
  }

  private static long steps(String run, CheckpointChoice choice) {
    SavedModel model = SavedModel.find(run, choice, CONF);
    return model.checkpoint().orElseThrow().manifest().iteration();
  }

  private static EvaluateResult corrected(String output, CheckpointChoice choice, PostHoc postHoc) {
    return EvaluateJob.run(
        spark,
        new EvaluateOptions(
            directory.resolve("run").toString(),
            choice,
            data("test"),
            output(output),
            8,
            OptionalInt.of(2),
            Optional.empty(),
            Optional.empty(),
            postHoc));
  }

  @Test
  void aDatasetOfOtherClassesIsRefused() throws IOException {
    publish("other", List.of("ball", "kite", "bear", "fish"));
    assertThatThrownBy(
            () ->
                EvaluateJob.run(
                    spark,
                    EvaluateOptions.of(checkpoint.directory(), data("other"), output("refused"))))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("knows 3 classes, the dataset has 4");
  }

  @Test
  void aMissingModelIsNamed() {
    assertThatThrownBy(
            () ->
                EvaluateJob.run(
                    spark,
                    EvaluateOptions.of(
                        directory.resolve("nowhere").toString(), data("test"), output("none"))))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("nowhere does not exist");
  }

  private static EvaluateResult evaluate(
      String model, String output, OptionalInt workers, int batch) {
    return EvaluateJob.run(
        spark,
        new EvaluateOptions(
            directory.resolve(model).toString(),
            data("test"),
            output(output),
            batch,
            workers,
            Optional.empty(),
            Optional.empty()));
  }

  private static List<String> predictions(String output) throws IOException {
    List<String> rows = new ArrayList<>();
    Path table = directory.resolve(output).resolve("predictions.parquet");
    try (var parts = Files.list(table)) {
      for (Path part : parts.sorted().toList()) {
        assertThat(part.getFileName().toString()).startsWith("part-").endsWith(".parquet");
        read(part, rows);
      }
    }
    return rows;
  }

  private static void read(Path part, List<String> rows) throws IOException {
    var path = new org.apache.hadoop.fs.Path(part.toString());
    try (ParquetReader<Group> reader =
        ParquetReader.builder(new GroupReadSupport(), path).build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        Group top = row.getGroup("top5", 0);
        List<Integer> best =
            IntStream.range(0, top.getFieldRepetitionCount("list"))
                .mapToObj(i -> top.getGroup("list", i).getInteger("element", 0))
                .toList();
        assertThat(row.getDouble("probability", 0)).isBetween(1.0 / CLASSES.size(), 1.0);
        rows.add(
            "%s %d %d %s"
                .formatted(
                    row.getString("image_id", 0),
                    row.getInteger("label", 0),
                    row.getInteger("prediction", 0),
                    best));
      }
    }
  }

  private static String data(String name) {
    return directory.resolve("data").resolve(name).toString();
  }

  private static String output(String name) {
    return directory.resolve(name).toString();
  }

  private static ShardedDataset publish(String name, List<String> classes) throws IOException {
    return publish(name, classes, IMAGES);
  }

  private static ShardedDataset publish(String name, List<String> classes, int images)
      throws IOException {
    DatasetDescription description =
        new DatasetDescription(
            name,
            classes,
            Normalization.imageNet(),
            new Shots(40, 5),
            "drawn",
            name,
            2,
            42,
            Map.of());
    int[] labels = IntStream.range(0, images).map(i -> i % classes.size()).toArray();
    ShardPlan plan = ShardPlan.of(labels, 2, 42);
    DatasetPublisher publisher = DatasetPublisher.begin(data(name), description, CONF);
    for (int shard : publisher.missingShards(CONF)) {
      try (ShardWriter writer = publisher.shard(shard, CONF)) {
        for (int image : plan.positions(shard)) {
          byte[] png = ImageCodec.png(image(image));
          writer.add("image-" + image, labels[image], "png", png, SIZE, SIZE);
        }
        writer.finish();
      }
    }
    return publisher.publish(CONF);
  }

  private static RgbImage image(int seed) {
    SplittableRandom random = RandomStreams.of(9, seed);
    byte[] pixels = new byte[SIZE * SIZE * 3];
    random.nextBytes(pixels);
    return new RgbImage(SIZE, SIZE, pixels);
  }
}
