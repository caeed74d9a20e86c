package longtail.method;

import longtail.nn.Network;
import longtail.shard.RowLogits;

/** Opens networks that were trained before, or what they said of the training images. */
@FunctionalInterface
public interface Networks {
  /** Where no other network can be opened. */
  Networks NONE =
      model -> {
        throw new IllegalStateException("no further networks can be opened here: " + model);
      };

  /**
   * Opens a network; the caller closes it.
   *
   * @param model a checkpoint, the output directory of a training run, or a model zip
   * @throws longtail.LongTailException when it cannot be read
   */
  Network open(String model);

  /**
   * The logits of the images that this worker may train on, by row of the training set.
   *
   * @param directory of a table of logits
   * @throws longtail.LongTailException when it cannot be read or lacks an image
   */
  default RowLogits logits(String directory) {
    throw new IllegalStateException("no logits can be read here: " + directory);
  }
}
