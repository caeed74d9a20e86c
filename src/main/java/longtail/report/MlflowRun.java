package longtail.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import longtail.report.MlflowServer.Metric;
import longtail.storage.CommittedFile;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A training run as MLflow shows it: parameters, metrics, files.
 *
 * <p>A thread of its own talks to the server, a few times in a minute; training never waits for it.
 * What fails is tried again for as long as the run lasts, is said once, and stops nothing. A
 * resumed run goes on with the run that it has there, whose name lies in {@code mlflow-run.txt} of
 * the output directory.
 */
public final class MlflowRun implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MlflowRun.class);
  private static final String NAME = "mlflow-run.txt";
  private static final int SECONDS = 2;
  private static final long AGAIN = TimeUnit.SECONDS.toNanos(30);
  private static final int LARGEST_BATCH = 500;
  private static final int LARGEST_PARAMETERS = 100;
  private static final int LONGEST_VALUE = 500;

  /** Metrics that wait for a server that does not answer; older ones are given up. */
  private static final int WAITING = 100_000;

  private final MlflowServer server;
  private final String experiment;
  private final String name;
  private final Map<String, String> parameters;
  private final String output;
  private final Configuration conf;
  private final Deque<Metric> waiting = new ArrayDeque<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread created = new Thread(work, "longtail mlflow");
            created.setDaemon(true);
            return created;
          });
  private volatile boolean complete;
  private boolean warned;
  private long notBefore = System.nanoTime();
  private MlflowServer.Run created; // without its parameters yet
  private MlflowServer.Run run;

  private MlflowRun(
      MlflowServer server,
      String experiment,
      String name,
      Map<String, ?> parameters,
      String output,
      Configuration conf) {
    this.server = server;
    this.experiment = experiment;
    this.name = name;
    this.parameters = shortened(parameters);
    this.output = output;
    this.conf = conf;
  }

  /**
   * A run on the server at {@code uri}, which begins now.
   *
   * @param experiment name of the experiment there
   * @param name of the run
   * @param parameters what it is shown with
   * @param output directory of the run
   */
  public static MlflowRun begin(
      String uri,
      String experiment,
      String name,
      Map<String, ?> parameters,
      String output,
      Configuration conf) {
    MlflowServer server = MlflowServer.at(uri, System.getenv());
    MlflowRun run = new MlflowRun(server, experiment, name, parameters, output, conf);
    Future<?> unused = run.thread.scheduleWithFixedDelay(run::talk, 0, SECONDS, TimeUnit.SECONDS);
    return run;
  }

  private static Map<String, String> shortened(Map<String, ?> parameters) {
    Map<String, String> texts = new LinkedHashMap<>();
    parameters.forEach(
        (key, value) -> {
          String text = String.valueOf(value);
          texts.put(key, text.substring(0, Math.min(LONGEST_VALUE, text.length())));
        });
    return texts;
  }

  /** Adds the numbers of {@code event}, an entry of {@link MetricsLog}. */
  public void append(long step, Map<String, ?> event) {
    long now = System.currentTimeMillis();
    synchronized (waiting) {
      EventTags.scalars(event)
          .forEach(
              (tag, value) -> {
                if (Double.isFinite(value)) {
                  waiting.add(new Metric(tag, value, now, step));
                }
              });
      while (waiting.size() > WAITING) {
        waiting.remove();
      }
    }
  }

  /** The run has come to its end, and its files are complete. */
  public void complete() {
    complete = true;
  }

  /** What the thread does; it must not fail, for it would not be called again. */
  private void talk() {
    if (System.nanoTime() - notBefore >= 0) {
      attempt(this::send);
    }
  }

  /** Something that the server may refuse. */
  private interface Attempt {
    void run() throws IOException;
  }

  private void attempt(Attempt attempt) {
    try {
      attempt.run();
    } catch (IOException | RuntimeException e) {
      notBefore = System.nanoTime() + AGAIN;
      if (!warned) {
        warned = true;
        LOG.warn(
            "MLflow is not told of this run for now ({}); the training goes on, and it is tried again",
            e.getMessage() == null ? e.toString() : e.getMessage());
      }
    }
  }

  private void send() throws IOException {
    if (run == null) {
      begin();
    }
    while (true) {
      List<Metric> batch = next();
      if (batch.isEmpty()) {
        return;
      }
      server.log(run, batch, Map.of());
      synchronized (waiting) {
        batch.forEach(waiting::remove);
      }
    }
  }

  private List<Metric> next() {
    synchronized (waiting) {
      return waiting.stream().limit(LARGEST_BATCH).toList();
    }
  }

  private void begin() throws IOException {
    Path file = FileSystems.child(FileSystems.path(output), NAME);
    if (created == null) {
      Optional<MlflowServer.Run> before = before(file);
      if (before.isPresent()) {
        server.status(before.get(), "RUNNING", System.currentTimeMillis());
        run = before.get();
        return;
      }
      created = server.create(server.experiment(experiment), name, System.currentTimeMillis());
      CommittedFile.write(file, created.id() + "\n", conf);
    }
    Iterator<Map.Entry<String, String>> left = parameters.entrySet().iterator();
    while (left.hasNext()) {
      Map<String, String> some = new LinkedHashMap<>();
      while (left.hasNext() && some.size() < LARGEST_PARAMETERS) {
        Map.Entry<String, String> entry = left.next();
        some.put(entry.getKey(), entry.getValue());
      }
      server.log(created, List.of(), some);
    }
    run = created;
  }

  /** The run of the session before, if the server still has it. */
  private Optional<MlflowServer.Run> before(Path file) throws IOException {
    if (!FileSystems.of(file, conf).exists(file)) {
      return Optional.empty();
    }
    try (InputStream in = FileSystems.open(file, conf)) {
      return server.find(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
    }
  }

  private void end() throws IOException {
    send();
    List<String> files = new ArrayList<>(List.of("experiment.yaml", "run.json", "metrics.jsonl"));
    if (complete) {
      files.add(TrainingPage.PAGE);
    }
    if (MlflowServer.takesFiles(run)) {
      for (String file : files) {
        put(file);
      }
    }
    server.status(run, complete ? "FINISHED" : "FAILED", System.currentTimeMillis());
  }

  private void put(String file) throws IOException {
    Path path = FileSystems.child(FileSystems.path(output), file);
    if (FileSystems.of(path, conf).exists(path)) {
      try (InputStream in = FileSystems.open(path, conf)) {
        server.put(run, file, in.readAllBytes());
      }
    }
  }

  /** Sends what is left, with one last try, and says how the run ended. */
  @Override
  public void close() {
    Future<?> unused = thread.submit(() -> attempt(this::end));
    thread.shutdown();
    try {
      if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
