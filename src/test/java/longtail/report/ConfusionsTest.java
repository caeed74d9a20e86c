package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import longtail.eval.ConfusionMatrix;
import longtail.eval.ConfusionMatrix.Cell;
import longtail.eval.Predictions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfusionsTest {
  private static final List<String> NAMES = List.of("ant", "bee, wild", "<cat>");

  /** Two of three ants are right, one is a bee; both bees are cats; the cat is an ant. */
  private static final Confusions CONFUSIONS =
      new Confusions(
          ConfusionMatrix.of(
              Predictions.of(3, new int[] {0, 0, 0, 1, 1, 2}, new int[] {0, 0, 1, 2, 2, 0})));

  @Test
  void theTableHasTheCellsThatAreNotZeroWithTheirShareOfTheTrueClass() {
    assertThat(CONFUSIONS.csv(NAMES))
        .isEqualTo(
            """
            true,true_name,predicted,predicted_name,count,share
            0,ant,0,ant,2,0.6666666666666666
            0,ant,1,"bee, wild",1,0.3333333333333333
            1,"bee, wild",2,<cat>,2,1.0
            2,<cat>,0,ant,1,1.0
            """);
  }

  @Test
  void theJsonFileIsReadBack() throws IOException {
    String json = CONFUSIONS.json(NAMES);
    assertThat(json)
        .isEqualTo(
            "{\"classes\":[\"ant\",\"bee, wild\",\"<cat>\"],\"cells\":[[0,0,2],[0,1,1],[1,2,2],[2,0,1]]}\n");
    ConfusionMatrix read = Confusions.read(json.getBytes(StandardCharsets.UTF_8)).matrix();
    assertThat(read.cells()).isEqualTo(CONFUSIONS.matrix().cells());
    assertThat(read.classes()).isEqualTo(3);
    assertThat(read.precision(0)).isEqualTo(2 / 3.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"classes\": [\"a\"], \"cells\": [[0, 1, 2]]}",
        "{\"classes\": [\"a\"], \"cells\": [[0, 0]]}",
        "{\"classes\": [\"a\"], \"cells\": [[-1, 0, 2]]}"
      })
  void aDamagedFileIsRefused(String json) {
    assertThatThrownBy(() -> Confusions.read(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("it is damaged: ");
  }

  @Test
  void theWrongOnesOfMostImagesComeFirstAndOfEqualOnesTheLargerShare() {
    assertThat(CONFUSIONS.mostFrequent())
        .containsExactly(new Cell(1, 2, 2), new Cell(2, 0, 1), new Cell(0, 1, 1));
  }

  @Test
  void aModelThatIsAlwaysRightHasNone() {
    Confusions right =
        new Confusions(ConfusionMatrix.of(Predictions.of(2, new int[] {0, 1}, new int[] {0, 1})));
    assertThat(right.mostFrequent()).isEmpty();
    assertThat(right.list()).contains("Every test image was recognised").doesNotContain("table");
  }
}
