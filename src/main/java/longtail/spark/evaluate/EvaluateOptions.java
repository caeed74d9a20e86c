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

  /** An evaluation of all images. */
  public EvaluateOptions(
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
      Optional<NearestMeanOptions> nearestMean) {
    this(
        model,
        choice,
        data,
        output,
        preprocessing,
        batchSize,
        workers,
        counts,
        name,
        postHoc,
        store,
        openSet,
        nearestMean,
        OptionalInt.empty());
  }

  /** An evaluation by the model's head that keeps no outputs. */
  public EvaluateOptions(
      String model,
      CheckpointChoice choice,
      String data,
      String output,
      int batchSize,
      OptionalInt workers,
      Optional<TrainingCounts> counts,
      Optional<String> name,
      PostHoc postHoc) {
    this(
        model,
        choice,
        data,
        output,
        PreprocessingChoice.AS_SAVED,
        batchSize,
        workers,
        counts,
        name,
        postHoc,
        OutputStore.NOTHING,
        OpenSetOptions.CLOSED,
        Optional.empty());
  }

  /** An evaluation of the logits as they are; of a run, of its latest checkpoint. */
  public EvaluateOptions(
      String model,
      String data,
      String output,
      int batchSize,
      OptionalInt workers,
      Optional<TrainingCounts> counts,
      Optional<String> name) {
    this(
        model,
        CheckpointChoice.LATEST,
        data,
        output,
        batchSize,
        workers,
        counts,
        name,
        PostHoc.NOTHING);
  }

  /** The usual evaluation of {@code model} on {@code data}. */
  public static EvaluateOptions of(String model, String data, String output) {
    return new EvaluateOptions(
        model,
        data,
        output,
        USUAL_BATCH_SIZE,
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
