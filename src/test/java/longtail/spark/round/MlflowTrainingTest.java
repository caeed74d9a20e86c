package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark")
class MlflowTrainingTest {
  @TempDir Path directory;

  private TrainResult train(String output, String server) throws IOException {
    String data = directory.resolve("data").toString();
    if (!directory.resolve("data").toFile().exists()) {
      ToyDataset.publish(data, 48, 1, new Configuration());
    }
    return TrainJob.run(
        LocalSpark.shared(),
        new TrainOptions(
            ToyDataset.experiment("tracking.mlflow.uri=" + server),
            data,
            Optional.of(data),
            directory.resolve(output).toString(),
            OptionalInt.of(2),
            TrainOptions.Existing.REFUSE),
        Console.silent());
  }

  @Test
  void aServerHearsOfARunAndOneThatIsNotThereStopsNone() throws IOException {
    List<String> heard = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String uri = "http://127.0.0.1:%d".formatted(server.getAddress().getPort());
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          heard.add(exchange.getRequestURI() + " " + new String(body, StandardCharsets.UTF_8));
          byte[] answer =
              "{\"run\": {\"info\": {\"run_id\": \"abc\", \"artifact_uri\": \"file:/x\"}}}"
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    TrainResult told = train("told", uri);
    server.stop(0);
    assertThat(heard)
        .anyMatch(
            request ->
                request.contains("\"key\":\"stages.0.epochs\",\"value\":\"2\"")
                    || request.contains("\"value\":\"2\",\"key\":\"stages.0.epochs\""))
        .anyMatch(request -> request.contains("\"key\":\"validation/top1\""))
        .anyMatch(request -> request.contains("\"key\":\"train/loss\""))
        .last()
        .asString()
        .contains("runs/update", "FINISHED");
    assertThat(train("untold", uri).iteration()).isEqualTo(told.iteration());
  }
}
