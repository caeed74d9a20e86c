package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a run that trains meanwhile. */
class LivePageTest {
  private static final Configuration CONF = new Configuration();

  @TempDir private Path run;

  @Test
  void aRunWithoutRoundsHasAPageThatWaits() throws Exception {
    try (LivePage page = LivePage.serve(run.toString(), 0, CONF)) {
      assertThat(get(page, "").body()).contains("<script>").doesNotContain("http");
      assertThat(get(page, "content?seen=").body()).contains("No round has ended yet");
    }
  }

  @Test
  void thePageGrowsWithTheLogAndIsDrawnOnlyThen() throws Exception {
    Files.writeString(run.resolve("run.json"), "{\"name\": \"tail <1>\", \"steps\": 40}");
    MetricsLog log = MetricsLog.open(run.resolve("metrics.jsonl").toString(), CONF);
    log.append(round(10, 2.5));
    log.append(round(20, 1.5));
    try (LivePage page = LivePage.serve(run.toString(), 0, CONF)) {
      HttpResponse<String> first = get(page, "content?seen=");
      assertThat(first.body())
          .contains("tail &lt;1&gt;", "of 40 steps", "1.5000", "Training loss")
          .doesNotContain("Accuracy of the classes");
      String seen = first.headers().firstValue("X-Events").orElseThrow();
      assertThat(get(page, "content?seen=" + seen).statusCode()).isEqualTo(204);
      log.append(validation(20, 0.25));
      assertThat(get(page, "content?seen=" + seen).body())
          .contains("Accuracy of the classes", "25.0 %", "each row a class");
    }
  }

  @Test
  void aDamagedLogIsSaidOnThePage() throws Exception {
    Files.writeString(run.resolve("metrics.jsonl"), "{\"event\":\n{}\n");
    try (LivePage page = LivePage.serve(run.toString(), 0, CONF)) {
      HttpResponse<String> answer = get(page, "content?seen=");
      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.body()).contains("line 1 is not a JSON object");
    }
  }

  @Test
  void aTakenPortIsAnErrorOfUsage() {
    try (LivePage page = LivePage.serve(run.toString(), 0, CONF)) {
      assertThatThrownBy(() -> LivePage.serve(run.toString(), page.address().getPort(), CONF))
          .isInstanceOfSatisfying(
              LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
          .hasMessageContaining("--port");
    }
  }

  /** The picture of 200 validations in which the frequent half of the classes is right. */
  private static String halfRight(int classes) {
    Map<String, Double> byClass = new LinkedHashMap<>();
    for (int c = 0; c < classes; c++) {
      byClass.put("" + c, c < classes / 2 ? 1. : 0.);
    }
    List<Map<String, Object>> events = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      events.add(Map.of("event", "evaluation", "iteration", i, ClassHeatMap.BY_CLASS, byClass));
    }
    return ClassHeatMap.of(events).html();
  }

  @Test
  void eachOfSomeHundredClassesHasARowOfItsOwn() {
    String picture = halfRight(121);
    int columns = 6000 / 121;
    assertThat(picture)
        .hasSizeLessThan(1_000_000)
        .contains("each row a class,", "class 120, step 200: 0.0 %")
        .doesNotContain("after it");
    assertThat(picture.split("<title>", -1)).hasSize(1 + 121 * columns);
    assertThat(picture.split(": 100.0 %", -1)).hasSize(1 + 60 * columns);
  }

  @Test
  void ofManyClassesAndValidationsThePictureStaysSmall() {
    String picture = halfRight(8142);
    assertThat(picture)
        .hasSizeLessThan(500_000)
        .contains("step 200")
        .contains("about 203 classes", "class 0 and 202 after it");
    assertThat(picture.split("<title>", -1)).hasSize(1 + 40 * 60);
    assertThat(picture.split(": 100.0 %", -1)).as("half of the rows").hasSize(1 + 20 * 60);
  }

  private static Map<String, Object> round(int iteration, double loss) {
    return Map.of(
        "event", "round", "iteration", iteration, "stage", "s", "epoch", 1, "loss", loss, "lr", .1);
  }

  private static Map<String, Object> validation(int iteration, double top1) {
    return Map.of(
        "event",
        "evaluation",
        "iteration",
        iteration,
        "top1",
        top1,
        ClassHeatMap.BY_CLASS,
        Map.of("0", 2 * top1, "1", 0.));
  }

  private static HttpResponse<String> get(LivePage page, String path)
      throws IOException, InterruptedException {
    URI address = page.address().resolve("/" + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
  }
}
