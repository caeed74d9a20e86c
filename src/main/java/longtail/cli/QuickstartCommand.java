package longtail.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import longtail.report.ConsoleTable;
import longtail.report.EvaluationSummary;
import longtail.report.RunComparison;
import longtail.spark.predict.PredictJob;
import longtail.spark.predict.PredictOptions;
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

  @Mixin SampleRunMixin sampleRun;

  @Mixin SparkOptions spark;

  QuickstartCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    try (JavaSparkContext context = spark.open("longtail quickstart")) {
      EmbeddedSample sample = new EmbeddedSample(sampleRun.manifest, output);
      sample.prepare(context, out);
      List<RunComparison.Entry> entries = new ArrayList<>();
      for (String file : EXPERIMENTS) {
        entries.add(trainAndEvaluate(context, sample, experiments + "/" + file));
      }
      String page = compare(entries, context.hadoopConfiguration());
      out.println();
      predict(context, sample, entries.get(entries.size() - 1));
      next(page);
    }
    return 0;
  }

  /** What the last model says of a picture of the rarest class. */
  private void predict(JavaSparkContext context, EmbeddedSample sample, RunComparison.Entry entry) {
    String name = entry.evaluation().orElseThrow().summary().name();
    String picture = sample.picture();
    PredictOptions options =
        PredictOptions.of(output + "/" + name, picture, output + "/prediction");
    String answer = String.join(", ", PredictJob.run(context, options, out).predicted().keySet());
    out.printf("%s says of %s, a picture of its rarest class: %s%n", name, picture, answer);
    out.printf(
        "  jobs/predict --model %s/%s --images %s --output %s/prediction%n",
        output, name, picture, output);
  }

  private void next(String page) {
    out.println("What to do next:");
    out.println("- look at the page " + page);
    out.println("- use images of your own, in a folder for each class:");
    out.println(
        "    jobs/prepare --format folder --images FOLDER --resize 36 --output data/mine --split 80:10:10");
    out.println("    jobs/inspect --data data/mine/train --output data/mine/look");
    out.println(
        "    jobs/train --config %s/balanced-softmax.yaml --data data/mine/train --validation data/mine/validation --set 'data.transforms=[{type: pad-crop, padding: 4, size: 32}, horizontal-flip]' --output runs/mine"
            .formatted(experiments));
  }

  private RunComparison.Entry trainAndEvaluate(
      JavaSparkContext context, EmbeddedSample sample, String file) {
    Configuration conf = context.hadoopConfiguration();
    Experiment experiment = Experiment.load(file, sampleRun.overrides, conf);
    ExperimentRun run =
        new ExperimentRun(
            experiment,
            sample.training(),
            sample.test(),
            output + "/" + experiment.name(),
            sampleRun.workers);
    return RunComparison.Entry.of(run.complete(context, out), run.metrics(conf));
  }

  private String compare(List<RunComparison.Entry> entries, Configuration conf) {
    String page = output + "/report.html";
    RunComparison.of(entries).write(page, "Quickstart: a long tail, two losses", conf);
    List<EvaluationSummary> figures =
        entries.stream().map(entry -> entry.evaluation().orElseThrow().summary()).toList();
    out.print(ConsoleTable.of(figures));
    out.println("The report is " + page);
    return page;
  }
}
