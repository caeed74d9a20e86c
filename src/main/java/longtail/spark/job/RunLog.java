package longtail.spark.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.eval.Evaluation;
import longtail.report.EventFile;
import longtail.report.MetricsLog;
import longtail.report.MlflowRun;
import longtail.report.TrainingPage;
import longtail.storage.CommittedFile;
import longtail.storage.FileSystems;
import longtail.storage.StorageFailure;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.ExperimentDifference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The files of a run beside its checkpoints: {@code run.json}, {@code experiment.yaml} and {@code
 * metrics.jsonl}, one line for each round and each evaluation, with the page of its curves, an
 * event file of TensorBoard and, where the experiment says so, a run of MLflow.
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
  private final Optional<MlflowRun> mlflow;
  private final TrainingSource gauges = TrainingSource.register();
  private final Configuration conf;

  private RunLog(
      String output,
      MetricsLog metrics,
      Optional<EventFile> events,
      Optional<MlflowRun> mlflow,
      Configuration conf) {
    this.mlflow = mlflow;
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
      String description =
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(run);
      CommittedFile.write(FileSystems.child(directory, RUN), description + "\n", conf);
      CommittedFile.write(FileSystems.child(directory, "experiment.yaml"), experiment.yaml(), conf);
    } catch (IOException e) {
      throw StorageFailure.of(ErrorCode.TRAINING, "cannot write", output, e);
    }
    MetricsLog metrics = MetricsLog.open(output + "/metrics.jsonl", conf);
    metrics.retain(event -> event.get(ITERATION) instanceof Number n && n.longValue() <= iteration);
    Optional<EventFile> events = Optional.empty();
    if (experiment.tensorboard()) {
      EventFile file = EventFile.create(output, iteration, conf);
      file.text(iteration, "experiment", "```yaml\n" + experiment.yaml() + "```\n");
      events = Optional.of(file);
    }
    Optional<MlflowRun> mlflow =
        experiment
            .tracking()
            .mlflow()
            .map(
                server ->
                    MlflowRun.begin(
                        server.uri(),
                        server.experiment(),
                        experiment.name(),
                        ExperimentDifference.leaves(experiment),
                        output,
                        conf));
    return new RunLog(output, metrics, events, mlflow, conf);
  }

  /** The training set that the run in {@code output} was told to use, if that is known. */
  public static Optional<String> trainingSet(Path output, Configuration conf) {
    Path file = FileSystems.child(output, RUN);
    try {
      if (!FileSystems.of(file, conf).exists(file)) {
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

  /** Appends one line; {@code values} has the key {@code iteration}. */
  public void append(Map<String, ?> values) {
    metrics.append(values);
    gauges.update(values);
    long iteration = ((Number) values.get(ITERATION)).longValue();
    events.ifPresent(file -> file.scalars(iteration, values));
    mlflow.ifPresent(run -> run.append(iteration, values));
  }

  /** Draws the confusion matrix of an evaluation of the model after {@code iteration} steps. */
  public void confusion(long iteration, Evaluation evaluation) {
    events.ifPresent(file -> file.confusion(iteration, "validation/confusion", evaluation));
  }

  /** Writes the lines that are still in memory, where the store cannot append. */
  public void flush() {
    metrics.flush();
  }

  /** Draws the curves of the run {@code name}, whose log is complete now. */
  public void complete(String name) {
    metrics.join();
    TrainingPage.write(output, name, metrics, conf);
    mlflow.ifPresent(MlflowRun::complete);
  }

  @Override
  public void close() {
    gauges.close();
    events.ifPresent(EventFile::close);
    mlflow.ifPresent(MlflowRun::close);
  }
}
