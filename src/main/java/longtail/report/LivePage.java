package longtail.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.OutputFile;
import org.apache.hadoop.conf.Configuration;

/**
 * The page of a training run while it trains, served to the browsers of this computer: it asks for
 * the log of the run every two seconds and draws it anew where that has grown. The run may be on
 * any Hadoop file system and need not have begun its first round.
 */
public final class LivePage implements AutoCloseable {
  private static final String SCRIPT =
      """
      <script>
      let seen = '';
      async function refresh() {
        const state = document.getElementById('state');
        try {
          const answer = await fetch('content?seen=' + seen);
          if (answer.status === 200) {
            seen = answer.headers.get('X-Events');
            document.getElementById('run').innerHTML = await answer.text();
          }
          state.textContent = answer.status < 300 ? '' : await answer.text();
        } catch (e) {
          state.textContent = 'jobs/watch has ended; start it again and reload this page.';
        }
        setTimeout(refresh, 2000);
      }
      refresh();
      </script>
      """;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newSingleThreadExecutor();
  private final String run;
  private final Configuration conf;

  private LivePage(HttpServer server, String run, Configuration conf) {
    this.server = server;
    this.run = run;
    this.conf = conf;
  }

  /**
   * Serves the page of the run in the directory {@code run} until {@link #close}.
   *
   * @param port of the loopback address; 0 for any free one
   * @throws LongTailException of the code usage if the port is taken
   */
  public static LivePage serve(String run, int port, Configuration conf) {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      LivePage page = new LivePage(HttpServer.create(address, 0), run, conf);
      page.server.createContext("/", page::answer);
      page.server.setExecutor(page.threads);
      page.server.start();
      return page;
    } catch (BindException e) {
      throw new LongTailException(
          ErrorCode.USAGE,
          "serving the page on port %d: %s; choose another one with --port, 0 takes any free one"
              .formatted(port, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.USAGE, "serving the page on port %d: %s".formatted(port, e.getMessage()), e);
    }
  }

  /** Where a browser of this computer finds the page. */
  public URI address() {
    return URI.create("http://localhost:%s/".formatted(server.getAddress().getPort()));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!exchange.getRequestMethod().equals("GET")) {
        send(exchange, 405, "only GET");
      } else if (path.equals("/")) {
        send(
            exchange,
            200,
            Html.page(
                run, "<p class=\"note\" id=\"state\"></p>\n<div id=\"run\"></div>\n" + SCRIPT));
      } else if (path.equals("/content")) {
        content(exchange);
      } else {
        send(exchange, 404, "there is only one page, /");
      }
    }
  }

  private void content(HttpExchange exchange) throws IOException {
    try {
      List<Map<String, Object>> events = MetricsLog.open(run + "/metrics.jsonl", conf).read();
      String seen = String.valueOf(events.size());
      if (("seen=" + seen).equals(exchange.getRequestURI().getQuery())) {
        exchange.sendResponseHeaders(204, -1);
        return;
      }
      exchange.getResponseHeaders().set("X-Events", seen);
      send(exchange, 200, body(events));
    } catch (LongTailException e) {
      send(exchange, 500, e.getMessage());
    }
  }

  private String body(List<Map<String, Object>> events) throws IOException {
    JsonNode description = description();
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Html.escape(description.path("name").asText(run))));
    if (events.isEmpty()) {
      return body.append("<p class=\"note\">No round has ended yet.</p>\n").toString();
    }
    body.append("<div class=\"figures\">");
    long done = latest(events, "iteration").longValue();
    long steps = description.path("steps").asLong(0);
    figure(body, "" + done, steps > 0 ? "of %d steps".formatted(steps) : "steps");
    events.stream()
        .filter(event -> event.containsKey("stage"))
        .reduce((first, second) -> second)
        .ifPresent(
            round ->
                figure(
                    body,
                    String.valueOf(round.get("epoch")),
                    "epoch of stage " + round.get("stage")));
    figure(body, number("%.0f", latest(events, "images_per_second")), "images/s");
    figure(body, number("%.4f", latest(events, "loss")), "training loss");
    percent(body, latest(events, "top1"), "validation top-1");
    percent(body, latest(events, "few"), "validation, few-shot");
    body.append("</div>\n");
    return body.append(TrainingPage.charts(events)).toString();
  }

  /** What the run said of itself when it began; an empty object if that cannot be read. */
  private JsonNode description() throws IOException {
    OutputFile file = OutputFile.in(run, "run.json", conf);
    return file.exists()
        ? new ObjectMapper().readTree(file.read())
        : new ObjectMapper().createObjectNode();
  }

  /** The last number under {@code key}, or NaN. */
  private static Number latest(List<Map<String, Object>> events, String key) {
    for (int i = events.size() - 1; i >= 0; i--) {
      if (events.get(i).get(key) instanceof Number number) {
        return number;
      }
    }
    return Double.NaN;
  }

  private static void percent(StringBuilder body, Number share, String name) {
    figure(body, number("%.1f %%", 100 * share.doubleValue()), name);
  }

  private static String number(String format, Number number) {
    return String.format(Locale.ROOT, format, number.doubleValue());
  }

  /** One figure with its name; nothing for what is not known yet. */
  private static void figure(StringBuilder body, String value, String name) {
    if (!value.startsWith("NaN")) {
      body.append(
          "<div><b>%s</b><span>%s</span></div>".formatted(Html.escape(value), Html.escape(name)));
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String type = status == 200 ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
