package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
    CommandLineFixture unknown = CommandLineFixture.run("train", "--confg", "x");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).startsWith("error: ").doesNotContain("\tat ");
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

  static List<Path> shippedExperiments() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("conf"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("shippedExperiments")
  void theShippedExperimentsAreValid(Path file) {
    CommandLineFixture train =
        CommandLineFixture.run("train", "--config", file.toString(), "--output", "x", "--dry-run");
    assertThat(train.err()).isEmpty();
    assertThat(train.code()).isZero();
    assertThat(train.out()).contains("stages:").contains("type: sgd");
  }

  static List<Path> recipesWithVariants() throws IOException {
    List<Path> recipes = new ArrayList<>();
    for (Path file : shippedExperiments()) {
      if (Files.readString(file).contains("--set")) {
        recipes.add(file);
      }
    }
    return recipes;
  }

  @ParameterizedTest
  @MethodSource("recipesWithVariants")
  void theVariantsThatARecipeNamesAreValid(Path file) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("train", "--config", file.toString(), "--output", "x", "--dry-run"));
    Matcher overrides = Pattern.compile("--set [^ ,\n]+").matcher(Files.readString(file));
    while (overrides.find()) {
      arguments.addAll(List.of(overrides.group().split(" ", -1)));
    }
    CommandLineFixture train = CommandLineFixture.run(arguments.toArray(String[]::new));
    assertThat(train.err()).isEmpty();
    assertThat(train.code()).isZero();
    assertThat(train.out()).contains("name: ").contains("if50").doesNotContain("if100");
    assertThat(train.out()).contains("imbalance-factor: 50");
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

  @Test
  void missingDataIsExitCodeThree() {
    CommandLineFixture evaluate =
        CommandLineFixture.run(
            "evaluate",
            "--model",
            directory.resolve("none.zip").toString(),
            "--data",
            directory.resolve("none").toString(),
            "--output",
            directory.resolve("out").toString(),
            "--master",
            "local[1]");
    assertThat(evaluate.code()).isEqualTo(3);
    assertThat(evaluate.err()).startsWith("error: ").doesNotContain("\tat ");
  }
}
