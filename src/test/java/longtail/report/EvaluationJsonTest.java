package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of evaluations keep their form, and those of earlier versions are read. */
class EvaluationJsonTest {
  private static final Path EARLIER = Path.of("src/test/resources/evaluation");

  @Test
  void theTextIsThatOfEarlierVersionsWithPrecisionAndF1() throws IOException {
    assertThat(withoutNewFigures(EvaluationJson.write(summary(true))))
        .isEqualTo(Files.readString(EARLIER.resolve("open-set.json")));
    assertThat(withoutNewFigures(EvaluationJson.write(summary(false))))
        .isEqualTo(Files.readString(EARLIER.resolve("plain.json")));
  }

  @Test
  void precisionAndF1FollowFromTheCounts() {
    EvaluationSummary summary = summary(false);
    // class 0: 4 of 5 are right, and 8 images are taken for it
    assertThat(summary.perClass().get(0).precision()).isEqualTo(4 / 8.0);
    assertThat(summary.perClass().get(0).accuracy()).isEqualTo(4 / 5.0);
    assertThat(summary.perClass().get(0).f1()).isEqualTo(2 * 4 / (5 + 8.0));
    assertThat(summary.perClass().get(3).precision()).as("never predicted").isNaN();
    assertThat(summary.perClass().get(3).f1()).as("neither tested nor predicted").isNaN();
    assertThat(
            summary.perClass().stream()
                .mapToDouble(ClassFigures::f1)
                .filter(Double::isFinite)
                .average())
        .hasValue(summary.macroF1());
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    for (boolean openSet : new boolean[] {true, false}) {
      EvaluationSummary summary = summary(openSet);
      assertThat(EvaluationJson.read(bytes(EvaluationJson.write(summary)))).isEqualTo(summary);
    }
  }

  @Test
  void filesOfEarlierVersionsAreRead() throws IOException {
    EvaluationSummary read =
        EvaluationJson.read(Files.readAllBytes(EARLIER.resolve("open-set.json")));
    EvaluationSummary now = summary(true);
    assertThat(read.classes()).isEqualTo(now.classes());
    assertThat(read.classNames()).isEqualTo(now.classNames());
    assertThat(read.openSet()).isEqualTo(now.openSet());
    assertThat(read.reliability()).isEqualTo(now.reliability());
    assertThat(read.facts()).isEqualTo(now.facts());
    assertThat(read.perClass()).allMatch(c -> Double.isNaN(c.precision()));
    EvaluationSummary first =
        EvaluationJson.read(
            bytes(
                """
                {"name": "a", "top1": 0.5, "top5": 1.0, "per_class": [{"class": 0, "name": "b",
                "group": "few", "training": 3, "test": 2, "correct": 1, "accuracy": 0.5}]}
                """));
    assertThat(first.topK()).isEmpty();
    assertThat(first.openSet()).isEmpty();
    assertThat(first.calibrationError()).isNaN();
    assertThat(first.classAccuracies().mean()).isEqualTo(.5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"top1\": 0.5}",
        "{\"top1\": 0.5, \"per_class\": []}",
        "{\"top1\": 0.5, \"per_class\": [{\"class\": 7}]}",
        "{\"top1\": 0.5, \"per_class\": [{\"class\": 0, \"group\": \"rare\"}]}"
      })
  void aDamagedFileIsSaidInOneLine(String text) {
    assertThatThrownBy(() -> EvaluationJson.read(bytes(text)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("it is damaged: ")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String withoutNewFigures(String json) {
    return json.replaceAll(",\n    \"precision\" : [^\n]*\n    \"f1\" : [^\n]*\n", "\n");
  }

  /** Three classes with images and one without, with scores; and images of no class, if asked. */
  private static EvaluationSummary summary(boolean openSet) {
    int[] labels = {0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2};
    float[][] scores = {
      {4, 1, 0, -1}, {3, 1, 0, 0}, {1, 2, 0, 0}, {2, 1, 0, 0}, {5, 0, 0, 0}, {3, 2, 0, 0},
      {0, 3, 1, 0}, {1, 2, 0, 1}, {2, 1, 1, 0}, {2, 0, 1, 0}, {0, 1, 2, 0}, {3, 0, 0, 1}
    };
    Predictions predictions = Predictions.of(4);
    for (int i = 0; i < labels.length; i++) {
      predictions.add(labels[i], scores[i]);
    }
    if (openSet) {
      predictions.addUnknown(new float[] {0.1f, 0, 0, 0});
      predictions.addUnknown(new float[] {6, 0, 0, 0});
      predictions.addUnknown(new float[] {0, 0, 0, 0});
    }
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("model", "runs/a/model.zip");
    facts.put("test data", "drawn, \"set\" <b>");
    return EvaluationSummary.of(
        "model <a>",
        facts,
        List.of("ant", "bee, \"wild\"", "<script>", "never seen"),
        Evaluation.of(predictions, ClassCounts.of(500, 40, 3, 30), Shots.USUAL, 0.3));
  }
}
