package longtail.spark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.nn.Network;
import longtail.spark.ToyEvaluation;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.SavedModel;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.CheckpointPlan;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark")
class EvaluateJobTest {
  private static final Configuration CONF = ToyEvaluation.CONF;
  private static final CheckpointPlan KEEP_ALL =
      new CheckpointPlan(1, Optional.empty(), 9, CheckpointPlan.Metric.MEAN_CLASS_ACCURACY);

  @TempDir private static Path directory;
  private static ToyEvaluation toy;

  @BeforeAll
  static void prepare() throws IOException {
    toy = ToyEvaluation.in(directory);
  }

  @Test
  void figuresDoNotDependOnTheNumberOfTasks() throws IOException {
    EvaluateResult one = toy.evaluate("run", "one", OptionalInt.of(1), 8);
    EvaluateResult three = toy.evaluate("run", "three", OptionalInt.of(3), 5);
    assertThat(three.workers()).isEqualTo(3);
    assertThat(three.report().summary().classes()).isEqualTo(one.report().summary().classes());
    assertThat(three.report().summary().top5()).isEqualTo(1);
    assertThat(toy.predictions("three"))
        .hasSize(ToyEvaluation.IMAGES)
        .isEqualTo(toy.predictions("one"));
  }

  @Test
  void predictionsAreATableOfAllImages() throws IOException {
    EvaluateResult result = toy.evaluate("run", "table", OptionalInt.empty(), 16);
    List<String> rows = toy.predictions("table");
    assertThat(rows).allMatch(row -> row.matches("image-\\d+ [0-2] ([0-2]) \\[\\1, .*"));
    long correct = rows.stream().filter(row -> row.matches("image-\\d+ (\\d) \\1 .*")).count();
    assertThat(result.report().summary().top1()).isEqualTo((double) correct / ToyEvaluation.IMAGES);
  }

  @Test
  void aCheckpointAndItsZipGiveTheSame() {
    EvaluateResult run = toy.evaluate("run", "of-run", OptionalInt.of(1), 8);
    EvaluateResult exact =
        EvaluateJob.run(
            toy.spark(),
            EvaluateOptions.of(
                toy.checkpoint().directory() + "/model.zip",
                toy.data("test"),
                toy.output("of-zip")));
    assertThat(exact.report().summary().classes()).isEqualTo(run.report().summary().classes());
    assertThat(exact.report().summary().name()).isEqualTo("toy");
  }

  @Test
  void aLimitScoresTheFirstImagesAlone() throws IOException {
    toy.evaluate("run", "all", OptionalInt.of(2), 8);
    EvaluateOptions all =
        EvaluateOptions.of(toy.path("run").toString(), toy.data("test"), toy.output("some"));
    EvaluateOptions some =
        all.with().batchSize(8).workers(OptionalInt.of(2)).limit(OptionalInt.of(5)).options();
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    EvaluateResult result =
        EvaluateJob.run(toy.spark(), some, new PrintStream(console, true, StandardCharsets.UTF_8));
    assertThat(result.report().summary().samples()).isEqualTo(5);
    assertThat(toy.predictions("some")).hasSize(5).isSubsetOf(toy.predictions("all"));
  }

  @Test
  void groupsFollowTheTrainingCounts() throws IOException {
    Path alone = toy.path("alone.zip");
    var saved = new org.apache.hadoop.fs.Path(toy.checkpoint().directory(), "model.zip");
    Files.copy(Path.of(saved.toUri().getPath()), alone);
    EvaluateOptions options =
        EvaluateOptions.of(alone.toString(), toy.data("test"), toy.output("counted"))
            .with()
            .batchSize(8)
            .counts(Optional.of(TrainingCounts.of(ClassCounts.of(1000, 50, 1))))
            .name(Optional.of("given"))
            .options();
    assertThat(EvaluateJob.run(toy.spark(), options).report().summary().classes())
        .extracting(c -> c.group())
        .containsExactly(Shots.Group.MANY, Shots.Group.MANY, Shots.Group.FEW);
  }

  @Test
  void aRangeOfPowersIsScoredInOnePassAndZeroIsTheModelItself() throws IOException {
    EvaluateResult plain = toy.evaluate("run", "plain", OptionalInt.of(1), 8);
    Files.writeString(
        toy.path("run/metrics.jsonl"),
        """
        {"event": "round", "iteration": 1, "loss": 2.5}
        {"event": "round", "iteration": 2, "loss": 1.5}
        """);
    EvaluateResult sweep =
        corrected("sweep", CheckpointChoice.LATEST, new PostHoc(List.of(0.0, 0.5, 1.0), 0));
    assertThat(sweep.reports())
        .extracting(report -> report.summary().name())
        .containsExactly("toy tau 0.0", "toy tau 0.5", "toy tau 1.0");
    assertThat(sweep.report().summary().classes()).isEqualTo(plain.report().summary().classes());
    assertThat(toy.path("sweep/tau-0.5/report.html")).content().contains("<h2>Training loss</h2>");
    assertThat(toy.path("sweep/report.html")).content().contains("tau-0.5/report.html");
  }

  @Test
  void adjustedLogitsPreferRareClasses() {
    ClassCounts counts = ClassCounts.of(1_000_000, 1, 1_000_000);
    EvaluateOptions options =
        EvaluateOptions.of(toy.path("run").toString(), toy.data("test"), toy.output("adjusted"))
            .with()
            .batchSize(8)
            .workers(OptionalInt.of(2))
            .counts(Optional.of(TrainingCounts.of(counts)))
            .postHoc(new PostHoc(List.of(), 100))
            .options();
    EvaluateResult result = EvaluateJob.run(toy.spark(), options);
    assertThat(result.report().summary().classes())
        .extracting(c -> c.accuracy())
        .containsExactly(0.0, 1.0, 0.0);
  }

  @Test
  void theBestCheckpointOfARunIsThatOfTheFigureInQuestion() {
    Experiment experiment = toy.checkpoint().experiment();
    try (Network network = experiment.network(toy.training())) {
      TrainingState state = TrainingState.initial(FlatVector.copyOf(network.parameters()));
      Checkpoints kept = Checkpoints.of(toy.path("scored/checkpoints").toString(), KEEP_ALL, CONF);
      double[][] figures = {{0.5, 0.1}, {0.7, 0.2}, {0.6, 0.3}};
      for (int i = 0; i < figures.length; i++) {
        TrainingState later =
            TrainingState.of(
                state.cursor(), i, state.parameters(), state.optimizer(), new byte[0], 0);
        Map<String, Double> metrics =
            Map.of("top1", figures[i][0], "mean_class_accuracy", figures[i][1]);
        kept.save(later, network, experiment, toy.training(), 1, metrics);
      }
    }
    String run = toy.path("scored").toString();
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
                    toy.path("run").toString(),
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
        toy.spark(),
        EvaluateOptions.of(toy.path("run").toString(), toy.data("test"), toy.output(output))
            .with()
            .choice(choice)
            .batchSize(8)
            .workers(OptionalInt.of(2))
            .postHoc(postHoc)
            .options());
  }

  @Test
  void aDatasetOfOtherClassesIsRefused() throws IOException {
    toy.publish("other", List.of("ball", "kite", "bear", "fish"), ToyEvaluation.IMAGES);
    assertThatThrownBy(
            () ->
                EvaluateJob.run(
                    toy.spark(),
                    EvaluateOptions.of(
                        toy.checkpoint().directory(), toy.data("other"), toy.output("refused"))))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("'fish'");
  }

  @Test
  void aMissingModelIsNamed() {
    assertThatThrownBy(
            () ->
                EvaluateJob.run(
                    toy.spark(),
                    EvaluateOptions.of(
                        toy.path("nowhere").toString(), toy.data("test"), toy.output("none"))))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("nowhere does not exist");
  }
}
