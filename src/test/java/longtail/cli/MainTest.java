package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import longtail.train.experiment.Recipes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "synth",
        "prepare",
        "train",
        "evaluate",
        "cam",
        "quickstart",
        "sweep",
        "benchmark"
      })
  void everyCommandHasHelp(String command) {
    CommandLineFixture help = CommandLineFixture.run(command, "--help");
    assertThat(help.code()).isZero();
    assertThat(help.out()).contains("Usage: longtail " + command).contains("--help");
  }

  @Test
  void wrongUsageIsOneLineAndExitCodeTwo() {
    CommandLineFixture unknown =
        CommandLineFixture.run("train", "--config", "x", "--output", "x", "--worker", "2");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).startsWith("error: ").contains("--workers").doesNotContain("\tat ");
    assertThat(CommandLineFixture.run().code()).isEqualTo(2);
    assertThat(CommandLineFixture.run("prepare", "--output", "x").code()).isEqualTo(2);
  }

  @Test
  void experimentFilesAreCheckedBeforeSparkStarts() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("experiment.yaml"), "{name: run, stages: [{name: a, epoch: 3}]}");
    CommandLineFixture train =
        CommandLineFixture.run(
            "train", "--config", file.toString(), "--output", directory.toString(), "--dry-run");
    assertThat(train.code()).isEqualTo(2);
    assertThat(train.err())
        .contains("experiment.yaml: stages.0.epoch")
        .contains("did you mean 'epochs'")
        .doesNotContain("\tat ");
  }

  static List<String> shippedExperiments() throws IOException {
    return Recipes.all();
  }

  @ParameterizedTest
  @MethodSource("shippedExperiments")
  void theShippedExperimentsAreValid(String file) {
    CommandLineFixture train =
        CommandLineFixture.run("train", "--config", file, "--output", "x", "--dry-run");
    assertThat(train.err()).isEmpty();
    assertThat(train.code()).isZero();
    assertThat(train.out()).contains("stages:", "type: sgd").doesNotContain("base: cross-entropy");
  }

  @Test
  void aVariantIsChosenByItsName() {
    CommandLineFixture train =
        CommandLineFixture.run(
            "train",
            "--config",
            "conf/cifar10-lt/mixup.yaml",
            "--variant",
            "if50",
            "--output",
            "x",
            "--dry-run");
    assertThat(train.code()).isZero();
    assertThat(train.out()).contains("name: cifar10-lt-if50-mixup", "imbalance-factor: 50");
  }

  @Test
  void overridesChangeTheEffectiveExperiment() {
    CommandLineFixture train =
        CommandLineFixture.run(
            "train",
            "--config",
            "conf/sample/cross-entropy.yaml",
            "--set",
            "stages.0.optimizer.lr=0.05",
            "--output",
            "x",
            "--dry-run");
    assertThat(train.out()).contains("lr: 0.05");
  }
}
