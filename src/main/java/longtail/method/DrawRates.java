package longtail.method;

import longtail.sample.RowDraw;

/** How a learner wants the batches of its stage drawn, where that is part of what it learns. */
public interface DrawRates {
  /**
   * How many steps beyond the next one the draws are already known: 0 if every step changes those
   * of the next. Batches can be made that far ahead.
   *
   * @param left steps of the epoch behind the next one
   */
  int known(int left);

  /**
   * Probability of each class, {@code [classes]}, at the draws of a coming step.
   *
   * @param ahead 0 for the next step, at most {@link #known}
   */
  double[] classProbabilities(int ahead);

  /**
   * How an image of a coming step is drawn: a class, then one of its images, unless the learner
   * knows of single images.
   *
   * @param ahead 0 for the next step, at most {@link #known}
   */
  default RowDraw draw(int ahead) {
    return RowDraw.ofClasses(classProbabilities(ahead));
  }
}
