package longtail.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.storage.OutputFile;
import longtail.train.experiment.Published;
import org.apache.hadoop.conf.Configuration;

/**
 * Several experiments with several seeds each, side by side: mean and sample standard deviation
 * over the seeds of the figures of each run's last checkpoint, beside the published figures of the
 * experiments that have some. A failed run is named and takes no part in the means.
 */
public final class SweepReport {
  /** Name of the file with the figures of every run and of every experiment. */
  public static final String FIGURES = "sweep.json";

  /** Name of the file with one line per run. */
  public static final String RUNS = "sweep.csv";

  /** Name of the page. */
  public static final String PAGE = "report.html";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, List<SweepRun>> experiments = new LinkedHashMap<>();

  private final PublishedFigures published;

  private SweepReport(List<SweepRun> runs, PublishedFigures published) {
    this.published = published;
    for (SweepRun run : runs) {
      experiments.computeIfAbsent(run.name(), name -> new ArrayList<>()).add(run);
    }
  }

  /**
   * Of {@code runs}; experiments stand in the order of their first run.
   *
   * @param published what publications report, by the name of the experiment
   */
  public static SweepReport of(List<SweepRun> runs, Map<String, Published> published) {
    return new SweepReport(runs, new PublishedFigures(published));
  }

  /** Writes {@value #FIGURES}, {@value #RUNS} and the page; existing ones are replaced. */
  public void write(String directory, String title, Configuration conf) {
    OutputFile.in(directory, RUNS, conf).write(csv());
    OutputFile.in(directory, PAGE, conf)
        .write(SweepPage.html(title, rows(), notes(), evaluations()));
    OutputFile.in(directory, FIGURES, conf).write(json());
  }

  /** The table for the console, and a line for every failed run. */
  public String table() {
    StringBuilder text = new StringBuilder(ConsoleTable.render(rows()));
    failures().forEach(failure -> text.append(failure).append('\n'));
    return text.toString();
  }

  /** Heading and one row per experiment; accuracies and calibration error in percent. */
  private List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    List<String> heading = new ArrayList<>(List.of("experiment", "runs"));
    for (SweepFigure figure : SweepFigure.values()) {
      heading.add(figure.heading());
      if (figure == SweepFigure.TOP1) {
        heading.addAll(published.headings());
      }
    }
    rows.add(heading);
    experiments.forEach(
        (name, runs) -> {
          List<SweepRun.Finished> finished = finished(runs);
          String count =
              finished.size() == runs.size()
                  ? Integer.toString(runs.size())
                  : finished.size() + " of " + runs.size();
          List<String> row = new ArrayList<>(List.of(name, count));
          for (SweepFigure figure : SweepFigure.values()) {
            Spread spread = figure.over(finished);
            row.add(figure.text(spread));
            if (figure == SweepFigure.TOP1) {
              row.addAll(published.cells(name, spread));
            }
          }
          rows.add(row);
        });
    return rows;
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>(published.notes());
    notes.addAll(failures());
    return notes;
  }

  private List<String> failures() {
    List<String> failures = new ArrayList<>();
    for (List<SweepRun> runs : experiments.values()) {
      for (SweepRun run : runs) {
        if (run instanceof SweepRun.Failed failed) {
          failures.add(
              "%s seed %d failed: %s".formatted(failed.name(), failed.seed(), failed.reason()));
        }
      }
    }
    return failures;
  }

  private Map<String, List<EvaluationSummary>> evaluations() {
    Map<String, List<EvaluationSummary>> evaluations = new LinkedHashMap<>();
    experiments.forEach(
        (name, runs) -> {
          List<SweepRun.Finished> finished = finished(runs);
          if (!finished.isEmpty()) {
            evaluations.put(name, finished.stream().map(SweepRun.Finished::evaluation).toList());
          }
        });
    return evaluations;
  }

  private static List<SweepRun.Finished> finished(List<SweepRun> runs) {
    return runs.stream()
        .filter(SweepRun.Finished.class::isInstance)
        .map(SweepRun.Finished.class::cast)
        .toList();
  }

  /** Fractions; a figure that is not known is null. */
  private String json() {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode list = root.putArray("experiments");
    experiments.forEach(
        (name, runs) -> {
          ObjectNode experiment = list.addObject();
          experiment.put("name", name);
          List<SweepRun.Finished> finished = finished(runs);
          for (SweepFigure figure : SweepFigure.values()) {
            Spread spread = figure.over(finished);
            ObjectNode node = experiment.putObject(figure.key());
            node.put("runs", spread.runs());
            node.put("mean", orNull(spread.mean()));
            node.put("deviation", orNull(spread.deviation()));
          }
          published.append(experiment, name, SweepFigure.TOP1.over(finished));
          ArrayNode nodes = experiment.putArray("runs");
          runs.forEach(run -> append(nodes.addObject(), run));
        });
    return root.toPrettyString() + "\n";
  }

  private static void append(ObjectNode node, SweepRun run) {
    node.put("seed", run.seed());
    if (run instanceof SweepRun.Finished finished) {
      for (SweepFigure figure : SweepFigure.values()) {
        node.put(figure.key(), orNull(figure.of(finished)));
      }
    } else if (run instanceof SweepRun.Failed failed) {
      node.put("failure", failed.reason());
    }
  }

  private static Double orNull(double value) {
    return Double.isNaN(value) ? null : (Double) value;
  }

  private String csv() {
    StringBuilder csv = new StringBuilder("experiment,seed");
    for (SweepFigure figure : SweepFigure.values()) {
      csv.append(',').append(figure.key());
    }
    csv.append(published.csvHeading()).append('\n');
    for (List<SweepRun> runs : experiments.values()) {
      for (SweepRun.Finished run : finished(runs)) {
        csv.append(Csv.quoted(run.name())).append(',').append(run.seed());
        for (SweepFigure figure : SweepFigure.values()) {
          double value = figure.of(run);
          csv.append(',').append(Double.isNaN(value) ? "" : Double.toString(value));
        }
        csv.append(published.csv(run.name(), SweepFigure.TOP1.of(run))).append('\n');
      }
    }
    return csv.toString();
  }
}
