package longtail.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import longtail.dataset.ClassCounts;
import longtail.report.ConsoleTable;
import longtail.report.EvaluationReport;
import longtail.shard.ShardedDataset;
import longtail.spark.EvaluateJob;
import longtail.spark.EvaluateOptions;
import longtail.spark.EvaluateResult;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate}: a model and a prepared dataset to figures. */
@Command(
    name = "evaluate",
    description =
        "Scores a model on a prepared dataset, as a Spark job. The output directory gets"
            + " evaluation.json, per_class.csv, confusion.png, report.html and"
            + " predictions.parquet.")
final class EvaluateCommand implements Callable<Integer> {
  private final PrintStream out;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR_OR_ZIP",
      description =
          "A checkpoint, the output directory of a training run (its latest checkpoint), or a model"
              + " zip.")
  String model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Prepared dataset to score on.")
  String data;

  @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where to write.")
  String output;

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
      names = "--counts",
      paramLabel = "DIR",
      description =
          "Prepared training set whose class counts divide the classes into many-, medium- and"
              + " few-shot (default: those that the checkpoint remembers).")
  Optional<String> counts = Optional.empty();

  @Option(names = "--name", description = "Name of the model in tables.")
  Optional<String> name = Optional.empty();

  @Mixin SparkOptions spark;

  EvaluateCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Optional<ClassCounts> training =
        counts.map(set -> ShardedDataset.open(set, new Configuration()).counts());
    EvaluateOptions options =
        Arguments.checked(
            () ->
                new EvaluateOptions(
                    model,
                    data,
                    output,
                    batch,
                    workers.map(OptionalInt::of).orElse(OptionalInt.empty()),
                    training,
                    name));
    try (JavaSparkContext context = spark.open("longtail evaluate")) {
      EvaluateResult result = EvaluateJob.run(context, options);
      out.print(ConsoleTable.of(List.of(result.report().summary())));
      out.println("The report is " + output + "/" + EvaluationReport.PAGE);
    }
    return 0;
  }
}
