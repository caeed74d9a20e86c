package longtail.spark.predict;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import longtail.dataset.ImageContent;
import longtail.eval.LogitCorrection;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.image.codec.Orientation;
import longtail.image.codec.PixelLimit;
import longtail.nn.Network;
import longtail.shard.NetworkOutput;
import longtail.spark.evaluate.Scorer;
import longtail.spark.job.ImageAttempt;
import longtail.spark.prepare.StorageRetries;

/**
 * Scores images that somebody else brings, batch by batch, as {@link PredictJob} scores those that
 * it finds. It has a network of its own, for one thread.
 */
public final class ImageScorer implements AutoCloseable {
  private final Task task;
  private final Network network;

  /**
   * What a scorer is told beside the model.
   *
   * @param input how images become what the network sees
   * @param correction of the logits
   */
  public record Task(ModelInput input, LogitCorrection correction) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * What the model says of an image.
   *
   * @param logits after the correction, {@code [classes]}; none if the image cannot be read
   * @param error why the image cannot be read; empty if it can
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not kept
  public record Scores(float[] logits, String error) {
    /** Whether the image was read. */
    public boolean readable() {
      return error.isEmpty();
    }

    /** Softmax of the logits, {@code [classes]}. */
    public double[] probabilities() {
      return Prediction.softmax(logits);
    }
  }

  private ImageScorer(Task task, Network network) {
    this.task = task;
    this.network = network;
  }

  /**
   * A scorer with the model zip {@code model}; the caller closes it.
   *
   * @throws IOException if it is no model
   */
  public static ImageScorer open(Task task, byte[] model) throws IOException {
    return new ImageScorer(task, Network.load(new ByteArrayInputStream(model)));
  }

  /** Scores a batch, one forward pass; what it says of each image in their order. */
  public List<Scores> score(List<StorageRetries.Read<ImageContent>> images) {
    float[] pixels = new float[images.size() * task.input().length()];
    String[] errors = new String[images.size()];
    for (int i = 0; i < errors.length; i++) {
      errors[i] = read(images.get(i), pixels, i);
    }
    float[][] logits = Arrays.stream(errors).anyMatch(String::isEmpty) ? logits(pixels) : null;
    List<Scores> scores = new ArrayList<>(errors.length);
    for (int i = 0; i < errors.length; i++) {
      boolean readable = errors[i].isEmpty();
      scores.add(
          new Scores(readable ? task.correction().apply(logits[i]) : new float[0], errors[i]));
    }
    return scores;
  }

  private float[][] logits(float... pixels) {
    return Scorer.outputs(
            network, pixels, task.input().pipeline(), EnumSet.of(NetworkOutput.LOGITS))
        .get(NetworkOutput.LOGITS);
  }

  /** Why the image cannot be read; empty if it can. */
  private String read(StorageRetries.Read<ImageContent> image, float[] pixels, int i) {
    try {
      ImageAttempt.of(
          "read", () -> task.input().place(decoded(StorageRetries.USUAL.call(image)), pixels, i));
      return "";
    } catch (IOException unreadable) {
      return unreadable.getMessage() == null ? unreadable.toString() : unreadable.getMessage();
    }
  }

  private static RgbImage decoded(ImageContent content) throws IOException {
    if (content instanceof ImageContent.Encoded file) {
      return ImageCodec.decode(file.bytes(), Orientation.AS_STORED, PixelLimit.USUAL);
    }
    ImageContent.Pixels bare = (ImageContent.Pixels) content;
    PixelLimit.USUAL.check(bare.width(), bare.height(), "the image");
    return new RgbImage(bare.height(), bare.width(), bare.rgb());
  }

  @Override
  public void close() {
    network.close();
  }
}
