package longtail.loss;

import longtail.config.Default;
import longtail.dataset.ClassCounts;

/**
 * Softmax cross-entropy: {@code -log softmax(z)_y} with gradient {@code softmax(z) - e_y}.
 *
 * @param reduction mean or sum over the batch
 */
public record CrossEntropy(@Default("mean") Reduction reduction) implements Loss {

  /** The mean over the batch. */
  public CrossEntropy() {
    this(Reduction.MEAN);
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return MarginSoftmax.plain(Weighing.equal(counts.classes(), reduction));
  }
}
