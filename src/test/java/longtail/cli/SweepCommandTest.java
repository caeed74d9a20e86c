package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import longtail.image.synth.Difficulty;
import longtail.image.synth.SyntheticSample;
import longtail.spark.LocalSpark;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark")
class SweepCommandTest {
  private static final String EXPERIMENT =
      """
      name: %s
      seed: 5
      data: {transforms: [{type: pad-crop, padding: 2}, horizontal-flip]}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
      stages:
        - epochs: 2
          batch-size: 16
          %s
          optimizer: {type: sgd, lr: 0.05}
      averaging: {every: 2}
      """;

  @TempDir Path directory;

  @BeforeAll
  static void commandsOpenContextsOfTheirOwn() {
    LocalSpark.release();
  }

  @BeforeEach
  void prepareImages() throws IOException {
    SyntheticSample.write(
        path("sample"),
        new SyntheticSample.Options(3, 4, 24, 4, 4, 16, Difficulty.QUICKSTART),
        new Configuration());
    for (String split : List.of("train", "test")) {
      CommandLineFixture prepared =
          CommandLineFixture.run(
              "prepare",
              "--format",
              "inat",
              "--annotations",
              path("sample/" + split + ".json"),
              "--images",
              path("sample/images"),
              "--output",
              path(split),
              "--shards",
              "2",
              "--master",
              "local[2]");
      assertThat(prepared.code()).as(prepared.err()).isZero();
    }
    experiment("plain", "loss: cross-entropy");
    Files.writeString(
        directory.resolve("balanced.yaml"),
        """
        base: plain.yaml
        name: balanced
        stages.0.loss: balanced-softmax
        published: {accuracy: 62.5, source: a paper}
        """);
    experiment("meta", "method: {type: balanced-meta-softmax, meta-source: meta}");
  }

  @Test
  void everyExperimentRunsWithEverySeedAndNoneTwice() throws IOException {
    CommandLineFixture first = sweep("plain", "balanced", "--seeds", "2");
    assertThat(first.err()).isEmpty();
    assertThat(first.code()).isZero();
    assertThat(first.out()).contains("[1/4] plain seed 5: top-1", "[4/4] balanced seed 6: top-1");
    assertThat(first.out()).contains("experiment", "images/s", path("out/report.html"));
    JsonNode figures = figures();
    assertThat(figures.path("experiments")).hasSize(2);
    for (JsonNode experiment : figures.path("experiments")) {
      assertThat(experiment.path("top1").path("runs").asInt()).isEqualTo(2);
      assertThat(experiment.path("images_per_second").path("mean").asDouble()).isPositive();
      assertThat(experiment.path("ece").path("mean").asDouble()).isBetween(0.0, 1.0);
    }
    assertThat(directory.resolve("out/sweep.csv")).content().hasLineCount(5);
    assertThat(first.out()).contains("top-1", "published", "difference", " 62.5 ");
    JsonNode balanced = figures.path("experiments").path(1);
    assertThat(balanced.path("published").path("top1").asDouble()).isEqualTo(0.625);
    assertThat(balanced.path("difference").asDouble())
        .isEqualTo(balanced.path("top1").path("mean").asDouble() - 0.625);
    assertThat(directory.resolve("out/balanced/seed-6/experiment.yaml"))
        .content()
        .contains("balanced-softmax", "accuracy: 62.5")
        .doesNotContain("base");

    interrupt("plain/seed-6");
    CommandLineFixture again = sweep("plain", "balanced", "--seeds", "2");
    assertThat(again.code()).isZero();
    assertThat(again.out().lines().filter(line -> line.endsWith("was there already"))).hasSize(3);
    assertThat(again.out()).doesNotContain("plain seed 6: was there");
    for (int i = 0; i < 2; i++) {
      assertThat(figures().path("experiments").path(i).path("top1"))
          .isEqualTo(figures.path("experiments").path(i).path("top1"));
    }
  }

  @Test
  void aRunThatFailsIsNamedAndTheOthersGoOn() throws IOException {
    CommandLineFixture swept = sweep("meta", "plain", "--seeds", "1");
    assertThat(swept.code()).isEqualTo(3);
    assertThat(swept.out()).contains("meta seed 5 failed: ", "--meta-per-class", "0 of 1");
    assertThat(figures().path("experiments").path(1).path("top1").path("runs").asInt())
        .isEqualTo(1);

    CommandLineFixture other = sweep("plain", "--seeds", "1", "--set", "stages.0.optimizer.lr=0.1");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.out()).contains("plain seed 5 failed: cannot resume").contains("lr");
  }

  @Test
  void whatCannotBeSweptIsSaidBeforeItBegins() throws IOException {
    assertThat(sweep("plain", "--seeds", "0").err()).contains("--seeds");
    assertThat(sweep("plain", "plain").err()).contains("called 'plain'");
    assertThat(CommandLineFixture.run("sweep", path("plain.yaml"), "--data", path("train")).err())
        .contains("--test");
  }

  /** Takes back the last epoch of a run and its evaluation. */
  private void interrupt(String run) throws IOException {
    Path below = directory.resolve("out").resolve(run);
    assertThat(FileUtil.fullyDelete(below.resolve("evaluation").toFile())).isTrue();
    try (Stream<Path> checkpoints = Files.list(below.resolve("checkpoints"))) {
      Path last = checkpoints.max(Path::compareTo).orElseThrow();
      assertThat(FileUtil.fullyDelete(last.toFile())).isTrue();
    }
  }

  private void experiment(String name, String how) throws IOException {
    Files.writeString(directory.resolve(name + ".yaml"), EXPERIMENT.formatted(name, how));
  }

  private CommandLineFixture sweep(String... arguments) {
    List<String> all = new ArrayList<>(List.of("sweep"));
    for (String argument : arguments) {
      boolean experiment = Files.exists(directory.resolve(argument + ".yaml"));
      all.add(experiment ? path(argument + ".yaml") : argument);
    }
    all.addAll(
        List.of(
            "--data",
            path("train"),
            "--test",
            path("test"),
            "--output",
            path("out"),
            "--workers",
            "2",
            "--master",
            "local[2]"));
    return CommandLineFixture.run(all.toArray(String[]::new));
  }

  private JsonNode figures() throws IOException {
    return new ObjectMapper().readTree(directory.resolve("out/sweep.json").toFile());
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }
}
