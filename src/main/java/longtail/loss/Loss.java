package longtail.loss;

import longtail.dataset.ClassCounts;

/** The losses that an experiment can name; a member holds hyper-parameters only. */
public sealed interface Loss
    permits CrossEntropy, LabelSmoothing, LabelAwareSmoothing, Seql, Reweighting, Deferred {

  /**
   * The loss for a training set with {@code counts} images per class.
   *
   * <p>The function keeps a buffer for its gradient, so each thread binds its own.
   */
  LossFunction bind(ClassCounts counts);

  /**
   * The loss for a training set with {@code counts} images per class and the random draws of {@code
   * seed}, if it makes any.
   */
  default LossFunction bind(ClassCounts counts, long seed) {
    return bind(counts);
  }
}
