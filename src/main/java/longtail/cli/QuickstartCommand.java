package longtail.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import longtail.report.ConsoleTable;
import longtail.report.EvaluationSummary;
import longtail.report.RunComparison;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quickstart}: the whole way, from drawn images to a comparison of two losses. */
@Command(
    name = "quickstart",
    description =
        "Draws the embedded long-tailed sample, prepares it, trains ResNet-32 with cross-entropy"
            + " and with balanced softmax, evaluates both and sets them side by side. Run again,"
            + " it goes on where it stopped.")
final class QuickstartCommand implements Callable<Integer> {
  private static final List<String> EXPERIMENTS =
      List.of("cross-entropy.yaml", "balanced-softmax.yaml");

  private final PrintStream out;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "output/quickstart",
      description = "Where to write (default ${DEFAULT-VALUE}).")
  String output;

  @Option(
      names = "--experiments",
      paramLabel = "DIR",
      defaultValue = "${sys:longtail.home:-.}/conf/sample",
      description = "Directory of the two experiment files (default ${DEFAULT-VALUE}).")
  String experiments;

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      defaultValue = "${sys:longtail.home:-.}/data-manifests/sample.yaml",
      description = "Manifest of the sample (default ${DEFAULT-VALUE}).")
  String manifest;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Number of workers (default: one per core).")
  Optional<Integer> workers = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of both experiment files; repeatable.")
  List<String> overrides = List.of();

  @Mixin SparkOptions spark;

  QuickstartCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    try (JavaSparkContext context = spark.open("longtail quickstart")) {
      EmbeddedSample sample = new EmbeddedSample(manifest, output);
      sample.prepare(context, out);
      List<RunComparison.Entry> entries = new ArrayList<>();
      for (String file : EXPERIMENTS) {
        entries.add(trainAndEvaluate(context, sample, experiments + "/" + file));
      }
      compare(entries, context.hadoopConfiguration());
    }
    return 0;
  }

  private RunComparison.Entry trainAndEvaluate(
      JavaSparkContext context, EmbeddedSample sample, String file) {
    Configuration conf = context.hadoopConfiguration();
    Experiment experiment = Experiment.load(file, overrides, conf);
    ExperimentRun run =
        new ExperimentRun(
            experiment,
            sample.training(),
            sample.test(),
            output + "/" + experiment.name(),
            workers);
    return RunComparison.Entry.of(run.complete(context, out), run.metrics(conf));
  }

  private void compare(List<RunComparison.Entry> entries, Configuration conf) {
    String page = output + "/report.html";
    RunComparison.of(entries).write(page, "Quickstart: a long tail, two losses", conf);
    List<EvaluationSummary> figures =
        entries.stream().map(entry -> entry.evaluation().orElseThrow().summary()).toList();
    out.print(ConsoleTable.of(figures));
    out.println("The report is " + page);
  }
}
