package longtail.spark.predict;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.dataset.ClassMapping;
import longtail.eval.LogitCorrection;
import longtail.nn.Network;
import longtail.spark.evaluate.PostHoc;
import longtail.train.checkpoint.CheckpointManifest.TrainingData;
import longtail.train.checkpoint.PreprocessingChoice;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;

/**
 * A model in memory, with what its use on images that lie in no dataset needs. Immutable.
 *
 * @param name of the run, or of the file
 * @param zip content of the model zip; nobody may write to it
 * @param input how images become what the network sees
 * @param classNames name of each class
 * @param counts training images of each class, if they are known
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record TrainedModel(
    String name,
    byte[] zip,
    ModelInput input,
    List<String> classNames,
    Optional<ClassCounts> counts) {

  /**
   * Reads {@code model}, which sees images as it says itself. Classes without names are called by
   * their numbers.
   *
   * @throws LongTailException (DATA) if it cannot be read
   */
  public static TrainedModel of(SavedModel model, Configuration conf) {
    Optional<TrainingData> training = model.checkpoint().map(c -> c.manifest().data());
    byte[] zip = model.bytes(conf);
    return new TrainedModel(
        model.name(),
        zip,
        ModelInput.of(model, PreprocessingChoice.AS_SAVED, new ImageLocation.Files(""), conf),
        training.map(TrainingData::classNames).orElseGet(() -> numbers(model, conf)),
        training.map(TrainingData::counts));
  }

  private static List<String> numbers(SavedModel model, Configuration conf) {
    try (Network network = model.network(conf)) {
      return ClassMapping.numbers(network.classes());
    }
  }

  /**
   * The same model of classes that are called {@code names}, of which the training set had {@code
   * images}.
   */
  public TrainedModel withClasses(List<String> names, Optional<ClassCounts> images) {
    return new TrainedModel(name, zip, input, List.copyOf(names), images);
  }

  /**
   * What a task that scores images is told.
   *
   * @param postHoc what is done to the logits first, with at most one power
   * @throws LongTailException (CONFIG) if the model does not know what a correction needs
   */
  public ImageScorer.Task task(PostHoc postHoc) {
    try (Network network = Network.load(new ByteArrayInputStream(zip))) {
      return new ImageScorer.Task(input, correction(postHoc, network, counts, "the model " + name));
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "reading the model %s: %s".formatted(name, e.getMessage()), e);
    }
  }

  /**
   * The correction of the logits of {@code network}.
   *
   * @param counts training images of each class, if they are known
   * @param model what the model is called in messages
   * @throws LongTailException (CONFIG) if the model does not know what it needs
   */
  static LogitCorrection correction(
      PostHoc postHoc, Network network, Optional<ClassCounts> counts, String model) {
    if (postHoc.logitAdjust() != 0 && counts.isEmpty()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "adjusting the logits by %s needs the class counts of the training set, which a checkpoint knows and %s does not: give a run or a checkpoint, or leave --logit-adjust away"
              .formatted(postHoc.logitAdjust(), model));
    }
    return postHoc
        .corrections(network, counts.orElseGet(() -> ClassCounts.of(new int[network.classes()])))
        .get(0);
  }
}
