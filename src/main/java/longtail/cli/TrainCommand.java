package longtail.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import longtail.config.UnsetKeys;
import longtail.report.TrainingPage;
import longtail.shard.ShardedDataset;
import longtail.spark.round.TrainJob;
import longtail.spark.round.TrainOptions;
import longtail.spark.round.TrainResult;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.MemoryEstimate;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code train}: an experiment file to checkpoints. */
@Command(
    name = "train",
    description =
        "Trains the network of an experiment file on a prepared dataset, data-parallel over the"
            + " workers. The output directory gets checkpoints/, metrics.jsonl, run.json and the"
            + " effective experiment.yaml.")
final class TrainCommand implements Callable<Integer> {
  private final PrintStream out;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The experiment file, such as conf/cifar100-lt/cross-entropy.yaml.")
  String config;

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description =
          "One of the variants that the experiment file names, such as if50: the same as"
              + " --config ...-if50.yaml.")
  Optional<String> variant = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Overrides a key of the experiment file, such as stages.0.optimizer.lr=0.05;"
              + " repeatable.")
  List<String> overrides = List.of();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Prepared training set. Default: data.dir of the experiment, else its data.manifest is"
              + " prepared below the output directory first.")
  Optional<String> data = Optional.empty();

  @Option(
      names = "--validation",
      paramLabel = "DIR",
      description = "Prepared dataset to score the model on meanwhile; picks the best checkpoint.")
  Optional<String> validation = Optional.empty();

  @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where to write.")
  String output;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "Number of workers. Default: one per core of a local master, one per executor of a"
              + " cluster.")
  Optional<Integer> workers = Optional.empty();

  @Option(
      names = "--resume",
      description = "Go on with the run that is in the output directory, from its last checkpoint.")
  boolean resume;

  @Option(
      names = "--extend",
      description =
          "Like --resume, where the last stage may have more epochs than before: a finished run goes"
              + " on from its last state, such as with --set stages.0.epochs=250.")
  boolean extend;

  @Option(
      names = "--dry-run",
      description =
          "Check the experiment file, print the effective one and the memory that it needs at least,"
              + " and stop.")
  boolean dryRun;

  @Option(
      names = "--unset",
      description = "With --dry-run: also name the keys that have neither a value nor a default.")
  boolean unset;

  @Option(
      names = "--explain",
      help = true,
      paramLabel = "KEY",
      description =
          "Print what a key of the experiment file means, with the keys below it, their values and"
              + " defaults, and stop: loss.ldam, stages.stop, schedule.")
  Optional<String> explain = Optional.empty();

  @Mixin SparkOptions spark;

  TrainCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    if (explain.isPresent()) {
      out.print(KeyExplanation.of(explain.get()));
      return 0;
    }
    Configuration conf = new Configuration();
    String file = variant.map(name -> Experiment.variant(config, name)).orElse(config);
    Experiment experiment = Experiment.load(file, overrides, conf);
    if (dryRun) {
      MemoryEstimate least = memory(experiment, conf);
      least.require(MemoryEstimate.Room.here());
      out.print(experiment.yaml());
      out.println("# memory: " + least);
      if (unset) {
        UnsetKeys.of(experiment).forEach(key -> out.println("# unset: " + key));
      }
      return 0;
    }
    try (JavaSparkContext context = spark.open("longtail train " + experiment.name())) {
      TrainingData prepared =
          TrainingData.of(experiment, data, validation, output).prepared(context, out);
      TrainOptions options =
          Arguments.checked(
              () ->
                  new TrainOptions(
                      experiment,
                      prepared.training(),
                      prepared.validation(),
                      output,
                      workers.map(OptionalInt::of).orElse(OptionalInt.empty()),
                      existing()));
      TrainResult result = TrainJob.run(context, options, out);
      out.println("The last checkpoint is " + result.latest());
      result.best().ifPresent(best -> out.println("The best checkpoint is " + best));
      out.println("The curves are " + output + "/" + TrainingPage.PAGE);
    }
    return 0;
  }

  private TrainOptions.Existing existing() {
    if (extend) {
      return TrainOptions.Existing.EXTEND;
    }
    return resume ? TrainOptions.Existing.RESUME : TrainOptions.Existing.REFUSE;
  }

  /** For the training set, if it is named and there; else what holds for any. */
  private MemoryEstimate memory(Experiment experiment, Configuration conf) {
    return data.or(() -> experiment.data().dir())
        .filter(directory -> ShardedDataset.exists(directory, conf))
        .map(directory -> ShardedDataset.open(directory, conf))
        .map(dataset -> experiment.memory(dataset, workers.orElse(1), workers.orElse(1)))
        .orElseGet(experiment::leastMemory);
  }
}
