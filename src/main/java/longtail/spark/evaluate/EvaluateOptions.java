package longtail.spark.evaluate;

import java.util.Optional;
import java.util.OptionalInt;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.PreprocessingChoice;

/**
 * What an evaluation is told.
 *
 * @param model a checkpoint, the output directory of a training run, or a model zip
 * @param choice which checkpoint of a run is meant
 * @param data directory of the prepared dataset to score on
 * @param output directory of the figures, pages and predictions; existing ones are replaced
 * @param preprocessing how images are prepared otherwise than the model says
 * @param batchSize images of one forward pass
 * @param workers number of tasks; absent: one per core
 * @param counts training images per class, which divide the classes into many, medium and few;
 *     absent: those that the checkpoint remembers, or else those of the dataset itself
 * @param name of the model in tables; absent: that of the experiment, or of the file
 * @param postHoc what is done to the logits first
 * @param store what is kept of the outputs that the network gives every image
 * @param openSet images of none of the classes that are scored as well
 * @param nearestMean the classifier by class means that takes the head's place
 * @param limit how many of the first images are scored at most; absent: all. Shards are miniatures
 *     of their dataset, so the first images are a sample of it
 */
public record EvaluateOptions(
    String model,
    CheckpointChoice choice,
    String data,
    String output,
    PreprocessingChoice preprocessing,
    int batchSize,
    OptionalInt workers,
    Optional<TrainingCounts> counts,
    Optional<String> name,
    PostHoc postHoc,
    OutputStore store,
    OpenSetOptions openSet,
    Optional<NearestMeanOptions> nearestMean,
    OptionalInt limit) {
  /** Images of one forward pass, unless told otherwise. */
  public static final int USUAL_BATCH_SIZE = 256;

  /** Checks the numbers. */
  public EvaluateOptions {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch-size must be at least 1, was " + batchSize);
    }
    if (limit.orElse(1) < 1) {
      throw new IllegalArgumentException("limit must be at least 1, was " + limit.getAsInt());
    }
    if (workers.orElse(1) < 1) {
      throw new IllegalArgumentException("workers must be at least 1, was " + workers.getAsInt());
    }
    if (nearestMean.isPresent() && !store.outputs().isEmpty()) {
      throw new IllegalArgumentException(
          "outputs are kept of the model's own head; nearest-class-mean works from those in %s with --from"
              .formatted(store.directory()));
    }
    nearestMean.ifPresent(means -> means.requireNothing(postHoc));
  }

  /** The usual evaluation of {@code model} on {@code data}: see {@link #with} for others. */
  public static EvaluateOptions of(String model, String data, String output) {
    return new EvaluateOptions(
        model,
        CheckpointChoice.LATEST,
        data,
        output,
        PreprocessingChoice.AS_SAVED,
        USUAL_BATCH_SIZE,
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        PostHoc.NOTHING,
        OutputStore.NOTHING,
        OpenSetOptions.CLOSED,
        Optional.empty(),
        OptionalInt.empty());
  }

  /** The same with what the builder is told. */
  public Builder with() {
    return new Builder(this);
  }

  /** Options that differ from others in what they are told; see the record for each. */
  public static final class Builder {
    private final EvaluateOptions from;
    private CheckpointChoice choice;
    private PreprocessingChoice preprocessing;
    private int batchSize;
    private OptionalInt workers;
    private Optional<TrainingCounts> counts;
    private Optional<String> name;
    private PostHoc postHoc;
    private OutputStore store;
    private OpenSetOptions openSet;
    private Optional<NearestMeanOptions> nearestMean;
    private OptionalInt limit;

    private Builder(EvaluateOptions from) {
      this.from = from;
      choice = from.choice;
      preprocessing = from.preprocessing;
      batchSize = from.batchSize;
      workers = from.workers;
      counts = from.counts;
      name = from.name;
      postHoc = from.postHoc;
      store = from.store;
      openSet = from.openSet;
      nearestMean = from.nearestMean;
      limit = from.limit;
    }

    /** Which checkpoint of a run is meant. */
    public Builder choice(CheckpointChoice choice) {
      this.choice = choice;
      return this;
    }

    /** How images are prepared otherwise than the model says. */
    public Builder preprocessing(PreprocessingChoice preprocessing) {
      this.preprocessing = preprocessing;
      return this;
    }

    /** Images of one forward pass. */
    public Builder batchSize(int batchSize) {
      this.batchSize = batchSize;
      return this;
    }

    /** Number of tasks. */
    public Builder workers(OptionalInt workers) {
      this.workers = workers;
      return this;
    }

    /** Training images per class. */
    public Builder counts(Optional<TrainingCounts> counts) {
      this.counts = counts;
      return this;
    }

    /** The name in tables. */
    public Builder name(Optional<String> name) {
      this.name = name;
      return this;
    }

    /** What is done to the logits first. */
    public Builder postHoc(PostHoc postHoc) {
      this.postHoc = postHoc;
      return this;
    }

    /** What is kept of the outputs. */
    public Builder store(OutputStore store) {
      this.store = store;
      return this;
    }

    /** Images of none of the classes. */
    public Builder openSet(OpenSetOptions openSet) {
      this.openSet = openSet;
      return this;
    }

    /** The classifier by class means. */
    public Builder nearestMean(Optional<NearestMeanOptions> nearestMean) {
      this.nearestMean = nearestMean;
      return this;
    }

    /** How many images are scored at most. */
    public Builder limit(OptionalInt limit) {
      this.limit = limit;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if they do not go together
     */
    public EvaluateOptions options() {
      return new EvaluateOptions(
          from.model,
          choice,
          from.data,
          from.output,
          preprocessing,
          batchSize,
          workers,
          counts,
          name,
          postHoc,
          store,
          openSet,
          nearestMean,
          limit);
    }
  }
}
