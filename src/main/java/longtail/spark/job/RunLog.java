package longtail.spark.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.FileSystems;
import longtail.eval.Evaluation;
import longtail.report.EventFile;
import longtail.report.MetricsLog;
import longtail.report.TrainingPage;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files of a run beside its checkpoints: {@code run.json}, {@code experiment.yaml} and {@code
 * metrics.jsonl}, one line for each round and each evaluation, with the page of its curves and an
 * event file of TensorBoard.
 *
 * <p>A resumed run drops the lines behind the checkpoint it goes on from, so that every round is
 * there once.
 */
public final class RunLog implements AutoCloseable {
  /** Key of the training set's directory in what is known at the start. */
  public static final String DATA = "data";

  private static final String ITERATION = "iteration";
  private static final String RUN = "run.json";

  private final String output;
  private final MetricsLog metrics;
  private final Optional<EventFile> events;
  private final TrainingSource gauges = TrainingSource.register();
  private final Configuration conf;

  private RunLog(
      String output, MetricsLog metrics, Optional<EventFile> events, Configuration conf) {
    this.output = output;
    this.metrics = metrics;
    this.events = events;
    this.conf = conf;
  }

  /**
   * Writes what is known at the start, and opens the metrics, with an event file of TensorBoard
   * beside them where {@code experiment} says so.
   *
   * @param iteration steps done before; later lines of an earlier run are dropped
   */
  public static RunLog open(
      String output,
      Map<String, ?> run,
      Experiment experiment,
      long iteration,
      Configuration conf) {
    Path directory = FileSystems.path(output);
    try {
      FileSystem files = directory.getFileSystem(conf);
      files.mkdirs(directory);
      String description =
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(run);
      write(files, FileSystems.child(directory, RUN), description + "\n");
      write(files, FileSystems.child(directory, "experiment.yaml"), experiment.yaml());
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.TRAINING,
          "cannot write %s: %s; check space and permissions, then run the command again with --resume"
              .formatted(output, e.getMessage()),
          e);
    }
    MetricsLog metrics = MetricsLog.open(output + "/metrics.jsonl", conf);
    metrics.retain(event -> event.get(ITERATION) instanceof Number n && n.longValue() <= iteration);
    Optional<EventFile> events = Optional.empty();
    if (experiment.tensorboard()) {
      EventFile file = EventFile.create(output, iteration, conf);
      file.text(iteration, "experiment", "```yaml\n" + experiment.yaml() + "```\n");
      events = Optional.of(file);
    }
    return new RunLog(output, metrics, events, conf);
  }

  /** The training set that the run in {@code output} was told to use, if that is known. */
  public static Optional<String> trainingSet(Path output, Configuration conf) {
    Path file = FileSystems.child(output, RUN);
    try {
      if (!file.getFileSystem(conf).exists(file)) {
        return Optional.empty();
      }
      try (InputStream in = FileSystems.open(file, conf)) {
        return Optional.ofNullable(new ObjectMapper().readTree(in).path(DATA).textValue());
      }
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "reading %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void write(FileSystem files, Path file, String text) throws IOException {
    try (OutputStream out = files.create(file, true)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Appends one line; {@code values} has the key {@code iteration}. */
  public void append(Map<String, ?> values) {
    metrics.append(values);
    gauges.update(values);
    events.ifPresent(file -> file.scalars(((Number) values.get(ITERATION)).longValue(), values));
  }

  /** Draws the confusion matrix of an evaluation of the model after {@code iteration} steps. */
  public void confusion(long iteration, Evaluation evaluation) {
    events.ifPresent(file -> file.confusion(iteration, "validation/confusion", evaluation));
  }

  /** Draws the curves of the run {@code name} as it is so far. */
  public void draw(String name) {
    TrainingPage.write(output, name, metrics, conf);
  }

  @Override
  public void close() {
    gauges.close();
    events.ifPresent(EventFile::close);
  }
}
