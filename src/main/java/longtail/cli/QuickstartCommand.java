package longtail.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import longtail.dataset.Manifest;
import longtail.image.synth.SyntheticSample;
import longtail.report.ComparisonPage;
import longtail.report.ConsoleTable;
import longtail.report.EvaluationSummary;
import longtail.report.MetricsLog;
import longtail.spark.EvaluateJob;
import longtail.spark.EvaluateOptions;
import longtail.spark.EvaluateResult;
import longtail.spark.PrepareJob;
import longtail.spark.PrepareOptions;
import longtail.spark.PrepareSource;
import longtail.spark.TrainJob;
import longtail.spark.TrainOptions;
import longtail.train.Experiment;
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
  private static final int IMAGE_SIZE = 32;
  private static final long SEED = 7;
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
      Configuration conf = context.hadoopConfiguration();
      SyntheticSample.write(output + "/sample", SyntheticSample.Options.quickstart(SEED), conf);
      prepare(context, "train");
      prepare(context, "test");
      List<ComparisonPage.Entry> entries = new ArrayList<>();
      for (String file : EXPERIMENTS) {
        entries.add(trainAndEvaluate(context, experiments + "/" + file));
      }
      compare(entries, conf);
    }
    return 0;
  }

  private void prepare(JavaSparkContext context, String split) {
    Manifest sample =
        Manifest.load(manifest, context.hadoopConfiguration()).withRoot(output + "/sample");
    out.print(
        PrepareJob.run(
                context,
                PrepareSource.of(sample, manifest, split),
                PrepareOptions.USUAL.withResize(IMAGE_SIZE),
                output + "/data/" + split,
                out)
            .table());
  }

  private ComparisonPage.Entry trainAndEvaluate(JavaSparkContext context, String file) {
    Configuration conf = context.hadoopConfiguration();
    Experiment experiment = Experiment.load(file, overrides, conf);
    String run = output + "/" + experiment.name();
    TrainOptions options =
        Arguments.checked(
            () ->
                new TrainOptions(
                    experiment,
                    output + "/data/train",
                    Optional.empty(),
                    run,
                    workers.map(OptionalInt::of).orElse(OptionalInt.empty()),
                    TrainOptions.Existing.RESUME));
    TrainJob.run(context, options, out);
    EvaluateResult result =
        EvaluateJob.run(
            context, EvaluateOptions.of(run, output + "/data/test", run + "/evaluation"));
    return new ComparisonPage.Entry(
        result.report(), Optional.of(MetricsLog.open(run + "/metrics.jsonl", conf)));
  }

  private void compare(List<ComparisonPage.Entry> entries, Configuration conf) {
    String page = output + "/report.html";
    ComparisonPage.write(page, "Quickstart: a long tail, two losses", entries, conf);
    List<EvaluationSummary> figures =
        entries.stream().map(entry -> entry.evaluation().summary()).toList();
    out.print(ConsoleTable.of(figures));
    out.println("The report is " + page);
  }
}
