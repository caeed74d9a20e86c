package longtail.sample;

import java.util.Optional;

/**
 * A further sequence of batches that a method learns from, one beside each batch of the stage.
 *
 * @param source set that the images are drawn from
 * @param sampler which image comes next
 * @param order how the batches follow one another
 * @param batchSize images of one batch, over all workers; empty: as many as a batch of the stage.
 *     Never more than the source has
 * @param use which steps of the stage it is used in; no images are read for the others
 */
public record BatchStream(
    Source source, Sampler sampler, Order order, Optional<Integer> batchSize, Use use) {
  /** Sets of images. */
  public enum Source {
    /** The training set. */
    TRAINING,
    /** The class-balanced meta set, of which nothing is trained on otherwise. */
    META
  }

  /** How the batches of a stream follow one another. */
  public enum Order {
    /** Pass after pass over the source, as the stage's own batches do. */
    PASSES,
    /** Every batch is the first of a new pass: batches are independent of one another. */
    FRESH,
    /** Every batch has the same images, in all steps of the stage. */
    FIXED
  }

  /**
   * Steps that need a batch of the stream.
   *
   * @param epoch first epoch of the stage with such steps, not negative
   * @param every every so many steps of the stage, counted from its first one, at least 1
   */
  public record Use(int epoch, int every) {
    /** Every step. */
    public static final Use ALWAYS = new Use(0, 1);

    /** Checks the ranges. */
    public Use {
      if (epoch < 0 || every < 1) {
        throw new IllegalArgumentException(
            "epoch must be at least 0 and every at least 1, were %d and %d"
                .formatted(epoch, every));
      }
    }

    /** Whether {@code step} of the stage, which lies in {@code ofEpoch}, is one of them. */
    public boolean of(int ofEpoch, long step) {
      return ofEpoch >= epoch && step % every == 0;
    }
  }

  /** A stream that every step uses. */
  public BatchStream(Source source, Sampler sampler, Order order, Optional<Integer> batchSize) {
    this(source, sampler, order, batchSize, Use.ALWAYS);
  }

  /** Refuses an empty batch. */
  public BatchStream {
    if (batchSize.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "the batch size of a stream must be at least 1, was " + batchSize.get());
    }
  }

  /** Batches of the stage's size from the training set, pass after pass. */
  public static BatchStream training(Sampler sampler) {
    return new BatchStream(Source.TRAINING, sampler, Order.PASSES, Optional.empty());
  }

  /** Batches of the stage's size from the meta set. */
  public static BatchStream meta(Sampler sampler, Order order) {
    return new BatchStream(Source.META, sampler, order, Optional.empty());
  }
}
