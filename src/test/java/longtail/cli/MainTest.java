package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
  void aKeyOfTheExperimentFileIsExplainedWithoutAFile() {
    CommandLineFixture ldam = CommandLineFixture.run("train", "--explain", "loss.ldam");
    assertThat(ldam.code()).isZero();
    assertThat(ldam.out())
        .contains("Label-distribution-aware margins", "scale = number, default 30.0")
        .doesNotContain("|", "`");
    assertThat(CommandLineFixture.run("train", "--explain", "stages.0.optimizer").out())
        .contains("sgd: ", "adam: ", "lr = number, default 0.1");
    assertThat(CommandLineFixture.run("train", "--explain", "stages.stop.patience").out())
        .contains("patience = whole number, required");
    CommandLineFixture unknown = CommandLineFixture.run("train", "--explain", "stages.epoch");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("there is no 'epoch'", "epochs");
  }

  @Test
  void keysWithoutAValueAreNamedOnDemand() {
    String[] dry = {
      "train", "--config", "conf/sample/cross-entropy.yaml", "--output", "x", "--dry-run"
    };
    assertThat(CommandLineFixture.run(dry).out()).doesNotContain("# unset");
    String[] more = Arrays.copyOf(dry, dry.length + 1);
    more[dry.length] = "--unset";
    assertThat(CommandLineFixture.run(more).out())
        .contains("# unset: stages.0.mix", "# unset: data.dir")
        .doesNotContain("# unset: stages.0.epochs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "prepare", "evaluate", "predict"})
  void helpSaysWhereOptionsOfSparkGoAndHowMemoryIsSized(String command) {
    assertThat(CommandLineFixture.run(command, "--help").out())
        .contains("jobs/" + command + " --master yarn --conf", "LONGTAIL_EXECUTOR_OFFHEAP");
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
