package longtail.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run as it is told to a server that answers as MLflow's REST interface is documented. */
class MlflowRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Configuration CONF = new Configuration();

  /** A request: method, path with its query, body. */
  private record Request(String what, String body) {
    JsonNode json() throws IOException {
      return JSON.readTree(body);
    }
  }

  @TempDir Path output;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private volatile boolean known;
  private volatile boolean broken;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    requests.add(new Request(exchange.getRequestMethod() + " " + path, body));
    int code = 200;
    String answer = "{}";
    if (broken) {
      code = 503;
    } else if (path.contains("get-by-name") && !known) {
      code = 404;
      answer = "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\", \"message\": \"none\"}";
    } else if (path.contains("get-by-name")) {
      answer = "{\"experiment\": {\"experiment_id\": \"7\"}}";
    } else if (path.endsWith("experiments/create")) {
      answer = "{\"experiment_id\": \"7\"}";
    } else if (path.endsWith("runs/create") || path.contains("runs/get?")) {
      answer =
          "{\"run\": {\"info\": {\"run_id\": \"abc\", \"lifecycle_stage\": \"active\","
              + " \"artifact_uri\": \"mlflow-artifacts:/7/abc/artifacts\"}}}";
    }
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private MlflowRun begin(Map<String, ?> parameters) {
    String uri = "http://127.0.0.1:%d/".formatted(server.getAddress().getPort());
    return MlflowRun.begin(uri, "birds", "first", parameters, output.toString(), CONF);
  }

  private static Map<String, Object> round(double loss) {
    return Map.of("event", "round", "iteration", 4, "loss", loss, "accuracy", 0.5);
  }

  private List<String> paths() {
    return requests.stream().map(Request::what).toList();
  }

  private Request only(String end) {
    return requests.stream().filter(r -> r.what().endsWith(end)).findFirst().orElseThrow();
  }

  @Test
  void aRunIsToldWithItsParametersMetricsAndFiles() throws IOException {
    Files.writeString(output.resolve("experiment.yaml"), "name: first");
    Files.writeString(output.resolve("training.html"), "<p>curves</p>");
    try (MlflowRun run = begin(Map.of("stages.0.optimizer.lr", 0.1, "seed", 42))) {
      run.append(4, round(1.5));
      run.append(8, Map.of("event", "evaluation", "iteration", 8, "top1", 0.25));
      run.append(8, round(Double.NaN));
      run.complete();
    }
    assertThat(paths())
        .startsWith(
            "GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=birds",
            "POST /api/2.0/mlflow/experiments/create",
            "POST /api/2.0/mlflow/runs/create",
            "POST /api/2.0/mlflow/runs/log-batch")
        .contains(
            "PUT /api/2.0/mlflow-artifacts/artifacts/7/abc/artifacts/experiment.yaml",
            "PUT /api/2.0/mlflow-artifacts/artifacts/7/abc/artifacts/training.html")
        .noneMatch(path -> path.endsWith("run.json"))
        .last()
        .isEqualTo("POST /api/2.0/mlflow/runs/update");
    assertThat(only("runs/create").json().path("experiment_id").asText()).isEqualTo("7");
    assertThat(only("runs/create").json().path("run_name").asText()).isEqualTo("first");
    assertThat(only("training.html").body()).isEqualTo("<p>curves</p>");
    assertThat(only("runs/update").json().path("status").asText()).isEqualTo("FINISHED");
    assertThat(logged("params"))
        .containsExactlyInAnyOrderEntriesOf(Map.of("stages.0.optimizer.lr", "0.1", "seed", "42"));
    assertThat(logged("metrics"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "train/loss 4", "1.5",
                "train/accuracy 4", "0.5",
                "train/accuracy 8", "0.5",
                "validation/top1 8", "0.25"));
    assertThat(output.resolve("mlflow-run.txt")).hasContent("abc");
  }

  /** Keys, with the steps of metrics, and values of all batches. */
  private Map<String, String> logged(String kind) throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (Request request : requests) {
      if (request.what().endsWith("log-batch")) {
        assertThat(request.json().path("run_id").asText()).isEqualTo("abc");
        request
            .json()
            .path(kind)
            .forEach(
                entry -> {
                  String step = entry.has("step") ? " " + entry.get("step").asText() : "";
                  all.put(entry.get("key").asText() + step, entry.get("value").asText());
                });
      }
    }
    return all;
  }

  @Test
  void manyParametersAndMetricsAreSentInBatchesThatTheServerTakes() throws IOException {
    Map<String, Integer> parameters =
        IntStream.range(0, 250).boxed().collect(Collectors.toMap(i -> "key-" + i, i -> i));
    known = true;
    try (MlflowRun run = begin(parameters)) {
      for (int i = 0; i < 1000; i++) {
        run.append(i, round(i));
      }
    }
    for (Request request : requests) {
      if (request.what().endsWith("log-batch")) {
        assertThat(request.json().path("params")).hasSizeLessThanOrEqualTo(100);
        assertThat(request.json().path("metrics")).hasSizeLessThanOrEqualTo(1000);
      }
    }
    assertThat(logged("params")).hasSize(250);
    assertThat(logged("metrics")).hasSize(2000);
    assertThat(paths()).noneMatch(path -> path.endsWith("experiments/create"));
    assertThat(only("runs/update").json().path("status").asText()).isEqualTo("FAILED");
  }

  @Test
  void aResumedRunGoesOnWithItsRun() throws IOException {
    Files.writeString(output.resolve("mlflow-run.txt"), "abc\n");
    try (MlflowRun run = begin(Map.of("seed", 42))) {
      run.append(4, round(1));
      run.complete();
    }
    assertThat(paths())
        .contains("GET /api/2.0/mlflow/runs/get?run_id=abc")
        .noneMatch(path -> path.endsWith("runs/create"));
    assertThat(only("runs/update").json().path("status").asText()).isEqualTo("RUNNING");
    assertThat(logged("metrics")).containsKey("train/loss 4");
    assertThat(logged("params")).isEmpty();
  }

  @Test
  void whatFailsStopsNothingAndIsTriedOnceMoreAtTheEnd() throws IOException, InterruptedException {
    broken = true;
    try (MlflowRun run = begin(Map.of("seed", 42))) {
      run.append(4, round(1));
      while (requests.isEmpty()) {
        Thread.sleep(20);
      }
      broken = false;
    }
    assertThat(logged("metrics")).containsKey("train/loss 4");
    broken = true;
    try (MlflowRun run = begin(Map.of())) {
      run.append(4, round(1));
    }
  }

  @Test
  void aServerThatIsNotThereStopsNothing() {
    server.stop(0);
    try (MlflowRun run = begin(Map.of("seed", 42))) {
      run.append(4, round(1));
      run.complete();
    }
    assertThat(output.resolve("mlflow-run.txt")).doesNotExist();
  }
}
