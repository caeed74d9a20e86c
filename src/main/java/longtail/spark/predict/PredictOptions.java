package longtail.spark.predict;

import java.util.OptionalInt;
import longtail.image.codec.Orientation;
import longtail.image.codec.PixelLimit;
import longtail.spark.evaluate.OpenSetOptions;
import longtail.spark.evaluate.OutputStore;
import longtail.spark.evaluate.PostHoc;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.PreprocessingChoice;

/**
 * What a prediction is told.
 *
 * @param model a checkpoint, the output directory of a training run, or a model zip
 * @param choice which checkpoint of a run is meant
 * @param images where the images lie, see {@link ImageSearch}
 * @param output directory of the predictions; existing ones are replaced
 * @param format how they are written
 * @param top how many classes are said of each image, at most all
 * @param postHoc what is done to the logits first, with at most one power
 * @param threshold softmax probability below which an answer is rejected, in [0, 1]
 * @param store what is kept of the outputs that the network gives every image
 * @param page whether a contact sheet is drawn
 * @param orientation whether images are turned as their Exif note says
 * @param limit pixels that an image may have
 * @param preprocessing how images are prepared, where not as the model says
 * @param batchSize images of one forward pass
 * @param workers number of tasks; absent: one per core
 */
public record PredictOptions(
    String model,
    CheckpointChoice choice,
    String images,
    String output,
    PredictionFormat format,
    int top,
    PostHoc postHoc,
    double threshold,
    OutputStore store,
    Page page,
    Orientation orientation,
    PixelLimit limit,
    PreprocessingChoice preprocessing,
    int batchSize,
    OptionalInt workers) {
  /** Whether there is a page beside the predictions. */
  public enum Page {
    /** None. */
    NONE,
    /** A contact sheet of the least certain images of each predicted class. */
    CONTACT_SHEET
  }

  /** How many classes are said of each image, unless told otherwise. */
  public static final int USUAL_TOP = 5;

  /** Images of one forward pass, unless told otherwise. */
  public static final int USUAL_BATCH_SIZE = 256;

  /** Checks the numbers. */
  public PredictOptions {
    if (top < 1) {
      throw new IllegalArgumentException("top must be at least 1, was " + top);
    }
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold must be in [0, 1], was " + threshold);
    }
    if (postHoc.taus().size() > 1) {
      throw new IllegalArgumentException(
          "tau must be one number, was a range; jobs/evaluate compares powers");
    }
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch must be at least 1, was " + batchSize);
    }
    if (workers.orElse(1) < 1) {
      throw new IllegalArgumentException("workers must be at least 1, was " + workers.getAsInt());
    }
  }

  /** The usual predictions of {@code model} for {@code images}. */
  public static PredictOptions of(String model, String images, String output) {
    return new PredictOptions(
        model,
        CheckpointChoice.LATEST,
        images,
        output,
        PredictionFormat.PARQUET,
        USUAL_TOP,
        PostHoc.NOTHING,
        OpenSetOptions.CLOSED.threshold(),
        OutputStore.NOTHING,
        Page.NONE,
        Orientation.AS_STORED,
        PixelLimit.USUAL,
        PreprocessingChoice.AS_SAVED,
        USUAL_BATCH_SIZE,
        OptionalInt.empty());
  }
}
