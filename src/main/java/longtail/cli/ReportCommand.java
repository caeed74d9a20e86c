package longtail.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.report.EvaluationReport;
import longtail.report.MetricsLog;
import longtail.report.RunComparison;
import longtail.report.RunComparison.Entry;
import longtail.storage.FileSystems;
import longtail.storage.OutputFile;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Published;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code report}: any runs side by side. */
@Command(
    name = "report",
    description =
        "Compares runs that were trained or evaluated before, as a table and as a page: accuracy"
            + " of all, many-, medium- and few-shot classes, beside the published figures of a"
            + " recipe that names them; the classes that gain and lose most against the first run;"
            + " the curves of the trainings over one another; the confusion matrices.")
final class ReportCommand implements Callable<Integer> {
  private static final String LOG = "metrics.jsonl";
  private static final String EXPERIMENT = "experiment.yaml";

  private final PrintStream out;

  @Parameters(
      paramLabel = "RUN",
      arity = "1..*",
      description =
          "Output directories of train or evaluate, local, on HDFS or S3; of a training run, all"
              + " evaluations in directories just below it are meant, and without any its last"
              + " validation.")
  List<String> runs;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "output/report",
      description = "Where to write report.html (default ${DEFAULT-VALUE}).")
  String output;

  ReportCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Configuration conf = new Configuration();
    List<Entry> entries = new ArrayList<>();
    for (String run : runs) {
      entries.addAll(entries(run, conf));
    }
    RunComparison comparison = RunComparison.of(distinct(entries));
    String page = output + "/" + EvaluationReport.PAGE;
    comparison.write(page, title(entries.size()), conf);
    out.print(comparison.table());
    out.println("The report is " + page);
    return 0;
  }

  private static String title(int models) {
    return models == 1 ? "One model" : "%d models side by side".formatted(models);
  }

  /** What is in the directory {@code run}, at least one. */
  private static List<Entry> entries(String run, Configuration conf) {
    List<String> evaluated = evaluations(run, conf);
    Optional<String> trained = trained(run, conf);
    Optional<MetricsLog> log = trained.map(d -> MetricsLog.open(d + "/" + LOG, conf));
    Optional<Experiment> experiment =
        trained
            .map(directory -> directory + "/" + EXPERIMENT)
            .filter(file -> OutputFile.of(file, conf).exists())
            .map(file -> Experiment.load(file, List.of(), conf));
    Optional<Published> published = experiment.flatMap(Experiment::published);
    List<Entry> entries = new ArrayList<>();
    for (String directory : evaluated) {
      EvaluationReport report = EvaluationReport.read(directory, conf);
      String below =
          evaluated.size() > 1 ? ", " + directory.substring(directory.lastIndexOf('/') + 1) : "";
      entries.add(
          new Entry(
              report.summary().name() + below,
              Optional.of(report),
              entries.isEmpty() ? log : Optional.empty(),
              entries.isEmpty() ? published : Optional.empty()));
    }
    if (entries.isEmpty() && log.isPresent()) {
      entries.add(
          new Entry(
              experiment.map(Experiment::name).orElse(run), Optional.empty(), log, published));
    }
    if (entries.isEmpty()) {
      throw new LongTailException(
          ErrorCode.DATA,
          "comparing %s: it holds neither %s nor %s; give the output directory of jobs/train or jobs/evaluate"
              .formatted(run, LOG, EvaluationReport.FIGURES));
    }
    return entries;
  }

  /** The directory itself or those below it that hold an evaluation. */
  private static List<String> evaluations(String run, Configuration conf) {
    if (EvaluationReport.exists(run, conf)) {
      return List.of(run);
    }
    Path directory = FileSystems.path(run);
    try {
      if (!FileSystems.of(directory, conf).exists(directory)) {
        throw new LongTailException(
            ErrorCode.DATA,
            "comparing %s: there is no such directory; give the output directory of jobs/train or jobs/evaluate"
                .formatted(run));
      }
      return FileSystems.list(directory, conf).stream()
          .filter(FileStatus::isDirectory)
          .map(below -> run + "/" + below.getPath().getName())
          .filter(below -> EvaluationReport.exists(below, conf))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "comparing %s: %s".formatted(run, e.getMessage()), e);
    }
  }

  /** Where the training of the run is: the directory itself, or the one that it is in. */
  private static Optional<String> trained(String run, Configuration conf) {
    Optional<String> above =
        Optional.ofNullable(FileSystems.path(run).getParent()).map(Path::toString);
    return List.of(Optional.of(run), above).stream()
        .flatMap(Optional::stream)
        .filter(directory -> OutputFile.in(directory, LOG, conf).exists())
        .findFirst();
  }

  /** The same with names that differ, by a number where they do not. */
  private static List<Entry> distinct(List<Entry> entries) {
    Set<String> names = new HashSet<>();
    List<Entry> distinct = new ArrayList<>();
    for (Entry entry : entries) {
      String name = entry.name();
      for (int i = 2; !names.add(name); i++) {
        name = "%s (%d)".formatted(entry.name(), i);
      }
      distinct.add(new Entry(name, entry.evaluation(), entry.metrics(), entry.published()));
    }
    return distinct;
  }
}
