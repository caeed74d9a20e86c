package longtail.loss;

/** The loss of one sample. */
@FunctionalInterface
interface SampleLoss {

  /**
   * Computes the loss of one sample and its gradient.
   *
   * @param logits {@code [classes]}, a scratch copy that may be overwritten
   * @param label in {@code [0, classes)}
   * @param gradient {@code [classes]}, receives the gradient with respect to the logits
   * @return the loss
   */
  double evaluate(double[] logits, int label, double[] gradient);
}
