package longtail.cli;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.LongStream;
import longtail.report.ConsoleTable;
import longtail.report.EvaluationReport;
import longtail.spark.evaluate.EvaluateJob;
import longtail.spark.evaluate.EvaluateOptions;
import longtail.spark.evaluate.EvaluateResult;
import longtail.spark.evaluate.PostHoc;
import longtail.spark.evaluate.StoredEvaluateJob;
import longtail.spark.evaluate.StoredEvaluateOptions;
import longtail.spark.evaluate.TrainingCounts;
import longtail.train.checkpoint.PreprocessingChoice;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate}: a model and a prepared dataset to figures. */
@Command(
    name = "evaluate",
    description =
        "Scores a model on a prepared dataset, or its stored outputs, as a Spark job. The output"
            + " directory gets evaluation.json, per_class.csv, confusion.png, report.html and"
            + " predictions.parquet.")
final class EvaluateCommand implements Callable<Integer> {
  private final PrintStream out;

  @Option(
      names = "--model",
      paramLabel = "DIR_OR_ZIP",
      description =
          "A checkpoint, the output directory of a training run (its latest checkpoint, or see"
              + " --checkpoint), or a model zip.")
  Optional<String> model = Optional.empty();

  @Mixin CheckpointMixin checkpoint;

  @Option(
      names = "--tau",
      paramLabel = "T|FROM:TO:STEP",
      description =
          "Scores with the classifier's rows divided by this power of their norm. A range scores"
              + " each power in one pass over the images, with a report for each and a page that"
              + " compares them.")
  Optional<String> tau = Optional.empty();

  @Option(
      names = "--logit-adjust",
      paramLabel = "TAU",
      defaultValue = "0",
      description =
          "Takes TAU times the log prior of the training set off the logits (default"
              + " ${DEFAULT-VALUE}).")
  double logitAdjust;

  @Mixin NearestMeanMixin nearestMean;

  @Option(names = "--data", paramLabel = "DIR", description = "Prepared dataset to score on.")
  Optional<String> data = Optional.empty();

  @Option(
      names = "--from",
      paramLabel = "DIR",
      description =
          "Instead of --model and --data: outputs that --store wrote. No image passes through the"
              + " network; --means-from is then a directory of stored outputs, too.")
  Optional<String> from = Optional.empty();

  @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where to write.")
  String output;

  @Mixin PreprocessingMixin preprocessing;

  @Option(
      names = "--batch",
      defaultValue = "256",
      description = "Images of one forward pass (default ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Number of tasks (default: one per core).")
  Optional<Integer> workers = Optional.empty();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "Scores the first N images alone, for a quick look: shards are miniatures of the dataset.")
  Optional<Integer> limit = Optional.empty();

  @Option(
      names = "--counts",
      paramLabel = "DIR",
      description =
          "Prepared training set whose class counts divide the classes into many-, medium- and"
              + " few-shot (default: those that the checkpoint remembers).")
  Optional<String> counts = Optional.empty();

  @Mixin StoreMixin store;

  @Mixin OpenSetMixin openSet;

  @Option(names = "--name", description = "Name of the model in tables.")
  Optional<String> name = Optional.empty();

  @Mixin SparkOptions spark;

  EvaluateCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Function<JavaSparkContext, EvaluateResult> job = from.map(this::stored).orElseGet(this::scored);
    try (JavaSparkContext context = spark.open("longtail evaluate")) {
      EvaluateResult result = job.apply(context);
      out.print(ConsoleTable.of(result.reports().stream().map(EvaluationReport::summary).toList()));
      out.println("The report is " + output + "/" + EvaluationReport.PAGE);
    }
    return 0;
  }

  /** The evaluation of a model on images. */
  private Function<JavaSparkContext, EvaluateResult> scored() {
    EvaluateOptions options =
        Arguments.checked(
            () ->
                EvaluateOptions.of(given(model, "--model"), given(data, "--data"), output)
                    .with()
                    .choice(checkpoint.choice())
                    .preprocessing(preprocessing.choice())
                    .batchSize(batch)
                    .workers(tasks())
                    .counts(training())
                    .name(name)
                    .postHoc(postHoc())
                    .store(store.options())
                    .openSet(openSet.options())
                    .nearestMean(nearestMean.options())
                    .limit(limit.map(OptionalInt::of).orElse(OptionalInt.empty()))
                    .options());
    return context -> EvaluateJob.run(context, options, out);
  }

  /** The evaluation of the outputs in {@code directory}. */
  private Function<JavaSparkContext, EvaluateResult> stored(String directory) {
    StoredEvaluateOptions options =
        Arguments.checked(
            () -> {
              requireNoImages();
              return new StoredEvaluateOptions(
                  directory,
                  output,
                  tasks(),
                  training(),
                  name,
                  postHoc(),
                  openSet.options().threshold(),
                  nearestMean.options());
            });
    return context -> StoredEvaluateJob.run(context, options);
  }

  private void requireNoImages() {
    boolean images = model.isPresent() || data.isPresent() || openSet.unknown.isPresent();
    boolean prepared = !preprocessing.choice().equals(PreprocessingChoice.AS_SAVED);
    if (images || prepared || limit.isPresent() || !store.options().outputs().isEmpty()) {
      throw new IllegalArgumentException(
          "--from takes the place of --model, --data, --limit, --size, --fit, --normalization, --unknown, --store and --logits: leave them away");
    }
  }

  private static String given(Optional<String> value, String option) {
    return value.orElseThrow(
        () ->
            new IllegalArgumentException(
                "missing option %s: give --model and --data, or --from".formatted(option)));
  }

  private OptionalInt tasks() {
    return workers.map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private Optional<TrainingCounts> training() {
    return counts.map(set -> TrainingCounts.of(set, new Configuration()));
  }

  private PostHoc postHoc() {
    return new PostHoc(tau.map(EvaluateCommand::powers).orElse(List.of()), logitAdjust);
  }

  /** {@code T}, or all of {@code FROM:TO:STEP}, both ends included. */
  static List<Double> powers(String text) {
    try {
      double[] parts = Arrays.stream(text.split(":")).mapToDouble(Double::parseDouble).toArray();
      if (parts.length == 1) {
        return List.of(parts[0]);
      }
      if (parts.length == 3 && parts[2] > 0 && parts[1] >= parts[0]) {
        long steps = (long) Math.floor((parts[1] - parts[0]) / parts[2] + 1e-9);
        return LongStream.rangeClosed(0, steps).mapToObj(i -> parts[0] + i * parts[2]).toList();
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(unreadable(text), e);
    }
    throw new IllegalArgumentException(unreadable(text));
  }

  private static String unreadable(String text) {
    return "tau must be a number or a range such as 0:2:0.1, was " + text;
  }
}
