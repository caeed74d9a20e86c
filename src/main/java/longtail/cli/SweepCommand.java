package longtail.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.Quantity;
import longtail.report.EvaluationReport;
import longtail.report.EvaluationSummary;
import longtail.report.SweepReport;
import longtail.report.SweepRun;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Published;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sweep}: several experiments with several seeds each, in one table. */
@Command(
    name = "sweep",
    description =
        "Trains and evaluates every experiment file with several seeds, and writes mean and"
            + " deviation over the seeds as a table: sweep.json, sweep.csv and report.html with the"
            + " accuracy by class. The figures are those of the last checkpoint of each run, beside"
            + " the published one of a recipe that names it, as its file stands. Run again, it goes"
            + " on where it stopped; a run that fails is named, and the others go on.")
final class SweepCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(SweepCommand.class);
  private static final PrintStream SILENT =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  private final PrintStream out;
  private final List<SweepRun> runs = new ArrayList<>();
  private int exitCode;

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Experiment files; a variant if50 of mixup.yaml is mixup-if50.yaml.")
  List<String> files;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Runs of each experiment, with its seed and the ones after it (default"
              + " ${DEFAULT-VALUE}).")
  int seeds;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "output/sweep",
      description = "Where to write (default ${DEFAULT-VALUE}).")
  String output;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Prepared training set, with its meta set as DIR-meta where a method learns from one"
              + " (default: the embedded sample, which is drawn and prepared).")
  Optional<String> data = Optional.empty();

  @Option(
      names = "--test",
      paramLabel = "DIR",
      description = "Prepared test set; needed with --data.")
  Optional<String> test = Optional.empty();

  @Mixin SampleRunMixin sampleRun;

  @Mixin SparkOptions spark;

  SweepCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    requireUsage();
    List<Experiment> experiments = experiments(new Configuration());
    Map<String, Published> published = published(experiments);
    try (JavaSparkContext context = spark.open("longtail sweep")) {
      EmbeddedSample sample = new EmbeddedSample(sampleRun.manifest, output);
      if (data.isEmpty()) {
        sample.prepareWithMeta(context, out);
      }
      String training = data.orElseGet(sample::training);
      String tested = test.orElseGet(sample::test);
      for (int i = 0; i < experiments.size(); i++) {
        Experiment experiment = experiments.get(i);
        String directory = "%s/%s/seed-%s".formatted(output, experiment.name(), experiment.seed());
        ExperimentRun run =
            new ExperimentRun(experiment, training, tested, directory, sampleRun.workers);
        String place = "[%d/%d]".formatted(i + 1, experiments.size());
        runs.add(outcome(context, run, place));
        SweepReport.of(runs, published).write(output, title(), context.hadoopConfiguration());
      }
    }
    out.print(SweepReport.of(runs, published).table());
    out.println("The report is " + output + "/" + SweepReport.PAGE);
    return exitCode;
  }

  private void requireUsage() {
    if (seeds < 1) {
      throw new LongTailException(ErrorCode.USAGE, "--seeds must be at least 1, was " + seeds);
    }
    if (data.isPresent() != test.isPresent()) {
      throw new LongTailException(
          ErrorCode.USAGE, "--data and --test must be given together, or neither of them");
    }
  }

  /** Every file with every seed; a file that is wrong stops the sweep before it begins. */
  private List<Experiment> experiments(Configuration conf) {
    List<Experiment> experiments = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String file : files) {
      Experiment first = Experiment.load(file, sampleRun.overrides, conf);
      if (!names.add(first.name())) {
        throw new LongTailException(
            ErrorCode.USAGE,
            "two experiments of a sweep are called '%s', the second is %s: change its name"
                .formatted(first.name(), file));
      }
      for (int i = 0; i < seeds; i++) {
        List<String> seeded = new ArrayList<>(sampleRun.overrides);
        seeded.add("seed=" + (first.seed() + i));
        experiments.add(Experiment.load(file, seeded, conf));
      }
    }
    return experiments;
  }

  /** What publications report for the experiments, by name. */
  private static Map<String, Published> published(List<Experiment> experiments) {
    Map<String, Published> published = new LinkedHashMap<>();
    for (Experiment experiment : experiments) {
      experiment.published().ifPresent(figures -> published.put(experiment.name(), figures));
    }
    return published;
  }

  /** Runs what is not there yet; a failure is an outcome too. */
  private SweepRun outcome(JavaSparkContext context, ExperimentRun run, String place) {
    String name = run.experiment().name();
    long seed = run.experiment().seed();
    long start = System.nanoTime();
    try {
      Configuration conf = context.hadoopConfiguration();
      Optional<EvaluationReport> before = run.completed(conf);
      EvaluationSummary figures = before.orElseGet(() -> run.complete(context, SILENT)).summary();
      String time =
          before.isPresent()
              ? "was there already"
              : "%d s".formatted((System.nanoTime() - start) / 1_000_000_000);
      out.printf(
          Locale.ROOT,
          "%s %s seed %d: top-1 %.1f, few %.1f, %s%n",
          place,
          name,
          seed,
          100 * figures.top1(),
          100 * figures.few(),
          time);
      return new SweepRun.Finished(name, seed, figures, run.imagesPerSecond(conf));
    } catch (RuntimeException e) {
      Optional<LongTailException> known = Failures.known(e);
      if (known.isEmpty()) {
        LOG.error("{} seed {} failed in a way it should not", name, seed, e);
      }
      String reason = known.map(LongTailException::getMessage).orElseGet(e::toString);
      int code = known.map(LongTailException::code).orElse(ErrorCode.TRAINING).exitCode();
      exitCode = exitCode == 0 ? code : exitCode;
      out.printf("%s %s seed %d failed: %s%n", place, name, seed, reason);
      return new SweepRun.Failed(name, seed, reason);
    }
  }

  private String title() {
    return "Sweep: %s, %s each"
        .formatted(Quantity.of(files.size(), "experiment"), Quantity.of(seeds, "seed"));
  }
}
