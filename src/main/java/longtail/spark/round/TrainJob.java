package longtail.spark.round;

import java.io.PrintStream;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.Quantity;
import longtail.dataset.ClassMapping;
import longtail.method.Method;
import longtail.method.distill.Distill;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.spark.evaluate.StoredOutputs;
import longtail.storage.OutputLock;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.SavedModel;
import longtail.train.checkpoint.TrainingState;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Trains a model in rounds: every worker does its steps from the same state, their results are
 * averaged, and the average is the state of the next round.
 *
 * <p>The output directory gets {@code run.json}, {@code experiment.yaml}, {@code metrics.jsonl},
 * the checkpoints below {@code checkpoints/} and, at the end, {@code training.html}. The result is
 * a function of experiment, data and number of workers: interruptions, lost executors and their
 * replacement change no bit of it.
 */
public final class TrainJob {
  private TrainJob() {}

  /**
   * Runs to the end of the last stage.
   *
   * @param progress gets a line for each round
   * @throws LongTailException (DIVERGED) when the loss is not finite any more; the last checkpoint
   *     stays. (USAGE) when the output directory holds a run that is not to be resumed. (CONFIG)
   *     when it holds another one, (USAGE) when another run writes there now
   */
  public static TrainResult run(
      JavaSparkContext spark, TrainOptions options, PrintStream progress) {
    String run = "train " + options.experiment().name();
    try (OutputLock lock =
        OutputLock.take(options.output(), run, progress::println, spark.hadoopConfiguration())) {
      return run(spark, options, lock, progress);
    }
  }

  private static TrainResult run(
      JavaSparkContext spark, TrainOptions options, OutputLock lock, PrintStream progress) {
    Configuration conf = spark.hadoopConfiguration();
    ShardedDataset dataset = ShardedDataset.open(options.data(), conf);
    // These fail before anything starts if they are missing or of other classes.
    Optional<ShardedDataset> validation =
        options
            .validation()
            .map(
                directory ->
                    ShardedDataset.open(directory, conf)
                        .underClasses(dataset.classNames(), "the training set " + options.data()));
    FollowedValidation.require(options.experiment(), dataset, validation);
    options.experiment().metaSet(options.data(), dataset.classNames(), conf);
    options.experiment().stages().forEach(stage -> requireTeacher(stage.method(), dataset, conf));
    options
        .experiment()
        .generatedSet(dataset, conf)
        .ifPresent(
            generated ->
                progress.printf(
                    "Samplers that draw a class first draw from %s of %s too%n",
                    Quantity.of(generated.samples().size(), "generated image"),
                    generated.directory()));
    Checkpoints checkpoints =
        Checkpoints.of(options.output() + "/checkpoints", options.experiment().checkpoints(), conf);
    Optional<Checkpoint> last = checkpoints.latest();
    last.ifPresentOrElse(
        checkpoint -> requireResumable(checkpoint, options, dataset),
        () -> tellThatItStartsAnew(options, checkpoints, progress));
    int workers = workers(spark, options, last, progress);
    int here = spark.isLocal() ? workers : 1;
    options.experiment().memory(dataset, workers, here).require(ExecutorMemory.of(spark));
    try (Network network = options.experiment().network(dataset)) {
      TrainingState state =
          last.map(checkpoint -> resumed(checkpoint, options, dataset))
              .orElseGet(() -> initial(options, dataset, network, conf, progress));
      TrainRun run =
          new TrainRun(spark, options, dataset, checkpoints, network, workers, lock, progress);
      return run.from(state, last);
    }
  }

  private static TrainingState initial(
      TrainOptions options,
      ShardedDataset dataset,
      Network network,
      Configuration conf,
      PrintStream progress) {
    options
        .experiment()
        .model()
        .weights()
        .ifPresent(
            path ->
                progress.println(StartingWeights.load(path, network, dataset.classNames(), conf)));
    return TrainingState.initial(FlatVector.copyOf(network.memory().host(network.parameters())));
  }

  /** A teacher's outputs must be those of the very classes, in their order. */
  private static void requireTeacher(Method method, ShardedDataset dataset, Configuration conf) {
    if (!(method instanceof Distill distill)) {
      return;
    }
    Optional<List<String>> names =
        distill.teacher().isPresent()
            ? SavedModel.find(distill.teacher().get(), CheckpointChoice.LATEST, conf)
                .checkpoint()
                .map(c -> c.manifest().data().classNames())
            : StoredOutputs.find(distill.teacherLogits().orElseThrow(), conf)
                .map(StoredOutputs::classNames);
    names.ifPresent(
        classes ->
            ClassMapping.requireSame(
                classes,
                "the teacher " + distill.teacher().or(distill::teacherLogits).orElseThrow(),
                dataset.classNames(),
                "the training set " + dataset.directory()));
  }

  private static void requireResumable(
      Checkpoint checkpoint, TrainOptions options, ShardedDataset dataset) {
    if (options.existing() == TrainOptions.Existing.REFUSE) {
      throw new LongTailException(
          ErrorCode.USAGE,
          "the output directory %s holds a run with checkpoint %s: add --resume to go on with it, or choose another directory"
              .formatted(options.output(), checkpoint.directory()));
    }
    Set<String> free =
        options.existing() == TrainOptions.Existing.EXTEND
            ? Extension.keys(options.experiment())
            : Set.of();
    checkpoint.requireSameRun(options.experiment(), dataset, free);
  }

  private static TrainingState resumed(
      Checkpoint checkpoint, TrainOptions options, ShardedDataset dataset) {
    return options.existing() == TrainOptions.Existing.EXTEND
        ? Extension.of(checkpoint, options.experiment(), dataset)
        : checkpoint.state();
  }

  private static void tellThatItStartsAnew(
      TrainOptions options, Checkpoints checkpoints, PrintStream progress) {
    if (options.existing() != TrainOptions.Existing.REFUSE) {
      progress.printf(
          "There is no %scheckpoint in %s to resume from: the run starts anew%n",
          checkpoints.begun() ? "usable " : "", options.output());
    }
  }

  private static int workers(
      JavaSparkContext spark,
      TrainOptions options,
      Optional<Checkpoint> last,
      PrintStream progress) {
    Optional<Integer> before = last.map(checkpoint -> checkpoint.manifest().workers());
    int workers = options.workers().orElseGet(() -> before.orElseGet(() -> defaultWorkers(spark)));
    before
        .filter(count -> count != workers)
        .ifPresent(
            count ->
                progress.printf(
                    "The run had %s and goes on with %d: its result will be another one"
                        + " than with %d throughout.%n",
                    Quantity.of(count, "worker"), workers, count));
    return workers;
  }

  /** One per core of a local master, one per executor of a cluster. */
  static int defaultWorkers(JavaSparkContext spark) {
    if (spark.isLocal()) {
      return spark.defaultParallelism();
    }
    int asked = spark.getConf().getInt("spark.executor.instances", 0);
    if (asked > 0) {
      return asked;
    }
    // Executors register while the first job waits for them.
    int cores = Math.max(1, spark.defaultParallelism());
    spark.sc().setJobDescription("waiting for executors, to count them");
    spark.parallelize(Collections.nCopies(cores, 0), cores).count();
    spark.sc().setJobDescription(null);
    return Math.max(1, spark.sc().getExecutorMemoryStatus().size() - 1);
  }
}
