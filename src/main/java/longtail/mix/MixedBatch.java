package longtail.mix;

import java.util.Optional;
import longtail.nn.Mixing;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A mixed batch: what the network is given and what it should answer.
 *
 * @param images {@code [batch, height, width, 3]}; valid until the next batch is mixed
 * @param mixing what the network mixes itself on the way; empty for nothing
 * @param labels what each sample is a mixture of
 */
public record MixedBatch(INDArray images, Optional<Mixing> mixing, MixedLabels labels) {
  /** A batch as it is. */
  public static MixedBatch unmixed(ImageBatch samples) {
    return of(samples.images(), MixedLabels.pure(samples.withoutImages()));
  }

  /** A batch whose images are mixed already. */
  static MixedBatch of(INDArray images, MixedLabels labels) {
    return new MixedBatch(images, Optional.empty(), labels);
  }
}
