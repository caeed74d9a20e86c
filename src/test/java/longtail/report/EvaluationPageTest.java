package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the page says can be computed again from the predictions. */
class EvaluationPageTest {
  private static final Pattern DATA =
      Pattern.compile("<script type=\"application/json\"[^>]*>(.*?)</script>");

  @TempDir private Path directory;

  @Test
  void theTableOfClassesHasRankNumberCountsPrecisionRecallAndF1() throws IOException {
    // class 1 has most training images; class 2 is never predicted, class 0 is not tested
    Predictions predictions =
        Predictions.of(3, new int[] {1, 1, 1, 1, 2, 2}, new int[] {1, 1, 1, 0, 1, 1});
    JsonNode table = data(page(predictions, 5, 200, 50)).get(0);
    assertThat(values(table, "rank")).containsExactly("1", "2", "3");
    assertThat(values(table, "class")).containsExactly("1", "2", "0");
    assertThat(values(table, "shots")).containsExactly("many", "medium", "few");
    assertThat(values(table, "training images")).containsExactly("200", "50", "5");
    assertThat(values(table, "test images")).containsExactly("4", "2", "0");
    assertThat(values(table, "precision, %")).containsExactly("600", "null", "0");
    assertThat(values(table, "recall, %")).containsExactly("750", "0", "null");
    assertThat(values(table, "F1, %")).containsExactly("667", "0", "0");
  }

  @Test
  void theConfusionsAreListedAndLookedUpByTheNumbersOfTheClasses() throws IOException {
    Predictions predictions =
        Predictions.of(3, new int[] {1, 1, 1, 1, 2, 2}, new int[] {1, 1, 1, 0, 1, 1});
    List<JsonNode> data = data(page(predictions, 5, 200, 50));
    JsonNode list = data.get(1);
    assertThat(values(list, "images")).containsExactly("2", "1");
    assertThat(values(list, "share of the class, %")).containsExactly("1000", "250");
    assertThat(values(list, "class, true")).containsExactly("2", "1");
    assertThat(values(list, "class, predicted")).containsExactly("1", "0");
    JsonNode matrix = data.get(2);
    assertThat(matrix.path("order").toString()).isEqualTo("[1,2,0]");
    assertThat(matrix.path("cells").toString()).isEqualTo("[1,0,1,1,1,3,2,1,2]");
    assertThat(matrix.path("groups").toString()).contains("\"end\":3");
  }

  @Test
  void namesEndNoElementWhereverTheyStand() throws IOException {
    String evil = "</script><script>alert(1)</script>";
    Predictions predictions = Predictions.of(2, new int[] {0, 1, 1}, new int[] {1, 0, 0});
    String page = write(List.of(evil, "<b>"), predictions, ClassCounts.of(9, 3), List.of());
    assertThat(page).doesNotContain("<script>alert", "<b>alert", "</script><script>alert");
    assertThat(data(page).get(3).path(0).asText()).isEqualTo(evil);
    assertThat(page).doesNotContain("http://", "https://", " src=", "<link");
  }

  @Test
  void thousandsOfClassesAreAllDrawnInAPageOfOneMegabyte() throws IOException {
    int classes = 8142;
    int[] labels = IntStream.range(0, 3 * classes).map(i -> i / 3).toArray();
    int[] answers = IntStream.range(0, 3 * classes).map(i -> i % 3 == 0 ? i / 5 : i / 3).toArray();
    int[] training = IntStream.range(0, classes).map(c -> 1 + 1000 / (c + 1)).toArray();
    List<String> names =
        IntStream.range(0, classes).mapToObj(c -> "Genus species number " + c).toList();
    String page =
        write(names, Predictions.of(classes, labels, answers), ClassCounts.of(training), List.of());
    assertThat(page.length()).isLessThan(1_500_000);
    assertThat(page).contains("each class", "mean of 135 or 136 classes").doesNotContain("<img");
    assertThat(page.split("h0", -1).length - 1).as("dots").isEqualTo(classes);
    List<JsonNode> data = data(page);
    assertThat(data.get(0).path("columns").path(0).path("values")).hasSize(classes);
    assertThat(page).contains("The 1000 of most images; all");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 60, 61})
  void aChartSaysWhatItsPointsAre(int classes) throws IOException {
    int[] labels = IntStream.range(0, classes).toArray();
    int[] training = IntStream.range(0, classes).map(c -> 100 - c).toArray();
    Predictions predictions = Predictions.of(classes, labels, labels);
    String page =
        write(
            IntStream.range(0, classes).mapToObj(c -> "class " + c).toList(),
            predictions,
            ClassCounts.of(training),
            List.of());
    assertThat(page.contains("mean of 1 or 2 classes")).isEqualTo(classes > 60);
    assertThat(page).contains("Every test image was recognised").doesNotContain("NaN");
  }

  @Test
  void theCurvesOfTheTrainingAreThereIfItsLogIs() throws IOException {
    Predictions predictions = Predictions.of(2, new int[] {0, 1}, new int[] {0, 0});
    List<Map<String, Object>> log = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      log.add(Map.of("iteration", i, "loss", 1.0 / (1 + i), "images_per_second", 5.0 + i));
    }
    List<String> names = List.of("a", "b");
    assertThat(write(names, predictions, ClassCounts.of(9, 3), log))
        .contains("<h2>Training loss</h2>")
        .doesNotContain("<h2>Speed</h2>");
    assertThat(write(names, predictions, ClassCounts.of(9, 3), List.of()))
        .doesNotContain("<h2>Training loss</h2>");
  }

  private String page(Predictions predictions, int... training) throws IOException {
    return write(List.of("ant", "bee", "cat"), predictions, ClassCounts.of(training), List.of());
  }

  private String write(
      List<String> names,
      Predictions predictions,
      ClassCounts training,
      List<Map<String, Object>> log)
      throws IOException {
    EvaluationReport.write(
        directory.toString(),
        "model",
        Map.of(),
        names,
        Evaluation.of(predictions, training, Shots.USUAL),
        log,
        new Configuration());
    return Files.readString(directory.resolve(EvaluationReport.PAGE));
  }

  private static List<JsonNode> data(String page) throws IOException {
    List<JsonNode> data = new ArrayList<>();
    Matcher found = DATA.matcher(page);
    while (found.find()) {
      data.add(new ObjectMapper().readTree(found.group(1)));
    }
    return data;
  }

  private static List<String> values(JsonNode table, String title) {
    List<String> values = new ArrayList<>();
    for (JsonNode column : table.path("columns")) {
      if (column.path("title").asText().equals(title)) {
        column.path("values").forEach(value -> values.add(value.asText()));
      }
    }
    return values;
  }
}
