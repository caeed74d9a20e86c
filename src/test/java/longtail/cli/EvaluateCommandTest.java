package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import longtail.eval.NearestClassMean;
import longtail.spark.evaluate.NearestMeanOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class EvaluateCommandTest {
  @Test
  void aRangeOfPowersHoldsBothEnds() {
    assertThat(EvaluateCommand.powers("0.7")).containsExactly(0.7);
    assertThat(EvaluateCommand.powers("0:2:0.1")).hasSize(21).first().isEqualTo(0.0);
    assertThat(EvaluateCommand.powers("0:2:0.1").get(20)).isCloseTo(2, within(1e-12));
    assertThat(EvaluateCommand.powers("0:1:0.3")).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "1:2", "0:1:0", "1:0:0.1", "0:1:0.1:2"})
  void otherTextIsRefusedByName(String text) {
    assertThatThrownBy(() -> EvaluateCommand.powers(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0:2:0.1");
  }

  @Test
  void theHeadClassifiesUnlessToldOtherwise() {
    assertThat(parsed().options()).isEmpty();
    assertThat(parsed("--classifier", "nearest-class-mean", "--features", "plain").options())
        .contains(
            new NearestMeanOptions(
                NearestClassMean.Mode.PLAIN,
                NearestClassMean.Similarity.EUCLIDEAN,
                Optional.empty()));
  }

  @Test
  void storedOutputsTakeThePlaceOfModelAndData() {
    CommandLineFixture both =
        CommandLineFixture.run("evaluate", "--from", "a", "--model", "b", "--output", "c");
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err()).contains("--from takes the place of --model");
    CommandLineFixture sized =
        CommandLineFixture.run("evaluate", "--from", "a", "--size", "32", "--output", "c");
    assertThat(sized.code()).isEqualTo(2);
    assertThat(sized.err()).contains("--size");
    CommandLineFixture unknown =
        CommandLineFixture.run("evaluate", "--from", "a", "--unknown", "b", "--output", "c");
    assertThat(unknown.code()).isEqualTo(2);
    CommandLineFixture neither = CommandLineFixture.run("evaluate", "--data", "a", "--output", "c");
    assertThat(neither.code()).isEqualTo(2);
    assertThat(neither.err()).contains("missing option --model");
    CommandLineFixture twice =
        CommandLineFixture.run(
            "evaluate",
            "--model",
            "a",
            "--data",
            "b",
            "--output",
            "c",
            "--store",
            "d",
            "--logits",
            "e");
    assertThat(twice.code()).isEqualTo(2);
    assertThat(twice.err()).contains("leave --logits away");
  }

  private static NearestMeanMixin parsed(String... arguments) {
    NearestMeanMixin mixin = new NearestMeanMixin();
    new CommandLine(mixin).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return mixin;
  }
}
