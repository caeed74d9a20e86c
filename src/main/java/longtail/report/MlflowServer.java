package longtail.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An MLflow tracking server by its REST interface, version 2.0, and its endpoint for artifacts
 * where it has one.
 */
final class MlflowServer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(15);
  private static final int NOT_FOUND = 404;
  private static final String PROXIED = "mlflow-artifacts:";

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
  private final String api;
  private final Optional<String> authorization;

  private MlflowServer(String api, Optional<String> authorization) {
    this.api = api;
    this.authorization = authorization;
  }

  /**
   * The server at {@code uri}.
   *
   * @param environment MLflow's variables: a user name and password, or a token
   */
  static MlflowServer at(String uri, Map<String, String> environment) {
    Optional<String> token =
        Optional.ofNullable(environment.get("MLFLOW_TRACKING_TOKEN")).map(t -> "Bearer " + t);
    Optional<String> user =
        Optional.ofNullable(environment.get("MLFLOW_TRACKING_USERNAME"))
            .map(name -> name + ":" + environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", ""))
            .map(
                both ->
                    "Basic "
                        + Base64.getEncoder()
                            .encodeToString(both.getBytes(StandardCharsets.UTF_8)));
    return new MlflowServer(uri.replaceAll("/+$", "") + "/api/2.0/", user.or(() -> token));
  }

  /**
   * A run there.
   *
   * @param id its name there
   * @param artifacts where its files lie, as the server says it
   */
  record Run(String id, String artifacts) {}

  /** A figure of a run, in milliseconds since 1970 and steps. */
  record Metric(String key, double value, long timestamp, long step) {}

  /** The number of the experiment called {@code name}, which is made if it is not there. */
  String experiment(String name) throws IOException {
    String query = "experiment_name=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    Optional<JsonNode> known = get("mlflow/experiments/get-by-name?" + query);
    return known.isPresent()
        ? known.get().path("experiment").path("experiment_id").asText()
        : post("mlflow/experiments/create", Map.of("name", name)).path("experiment_id").asText();
  }

  /** A new run. */
  Run create(String experiment, String name, long now) throws IOException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("experiment_id", experiment);
    body.put("run_name", name);
    body.put("start_time", now);
    body.put(
        "tags",
        List.of(
            Map.of("key", "mlflow.runName", "value", name),
            Map.of("key", "mlflow.source.name", "value", "longtail-spark")));
    return run(post("mlflow/runs/create", body));
  }

  /** The run {@code id}, if it is there and not deleted. */
  Optional<Run> find(String id) throws IOException {
    String query = "run_id=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
    return get("mlflow/runs/get?" + query)
        .filter(
            answer ->
                !answer.path("run").path("info").path("lifecycle_stage").asText().equals("deleted"))
        .map(MlflowServer::run);
  }

  private static Run run(JsonNode answer) {
    JsonNode info = answer.path("run").path("info");
    return new Run(info.path("run_id").asText(), info.path("artifact_uri").asText());
  }

  /** Adds metrics and parameters, at most 1,000 and 100 of them. */
  void log(Run run, List<Metric> metrics, Map<String, String> parameters) throws IOException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("run_id", run.id());
    body.put("metrics", metrics);
    body.put(
        "params",
        parameters.entrySet().stream()
            .map(entry -> Map.of("key", entry.getKey(), "value", entry.getValue()))
            .toList());
    post("mlflow/runs/log-batch", body);
  }

  /** Says how the run stands: {@code RUNNING}, {@code FINISHED} or {@code FAILED}. */
  void status(Run run, String status, long now) throws IOException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("run_id", run.id());
    body.put("status", status);
    if (!status.equals("RUNNING")) {
      body.put("end_time", now);
    }
    post("mlflow/runs/update", body);
  }

  /** Whether the server itself takes files of {@code run}. */
  static boolean takesFiles(Run run) {
    return run.artifacts().startsWith(PROXIED);
  }

  /** Puts a file beside the run. */
  void put(Run run, String name, byte[] bytes) throws IOException {
    String path = URI.create(run.artifacts()).getPath().replaceAll("^/+", "");
    answer(
        request("mlflow-artifacts/artifacts/" + path + "/" + name)
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
  }

  private Optional<JsonNode> get(String path) throws IOException {
    HttpResponse<String> response = send(request(path).GET());
    return response.statusCode() == NOT_FOUND
        ? Optional.empty()
        : Optional.of(JSON.readTree(checked(response).body()));
  }

  private JsonNode post(String path, Map<String, ?> body) throws IOException {
    return answer(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(api + path)).timeout(ANSWER);
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private JsonNode answer(HttpRequest.Builder request) throws IOException {
    return JSON.readTree(checked(send(request)).body());
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static HttpResponse<String> checked(HttpResponse<String> response) throws IOException {
    if (response.statusCode() / 100 != 2) {
      String said = response.body().lines().findFirst().orElse("");
      throw new IOException(
          "%s answered %d: %s"
              .formatted(
                  response.uri(),
                  response.statusCode(),
                  said.substring(0, Math.min(200, said.length()))));
    }
    return response;
  }
}
