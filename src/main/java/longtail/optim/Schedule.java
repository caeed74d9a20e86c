package longtail.optim;

/**
 * The learning rate over a stage; a member holds hyper-parameters only. The rate is constant within
 * an epoch, or changes with every step by the same formula on fractions of an epoch.
 */
public sealed interface Schedule
    permits Constant, Step, Multistep, Cosine, WarmupMultistep, WarmupCosine {

  /**
   * The learning rate at a moment of the stage.
   *
   * @param base the optimiser's learning rate
   */
  double rate(double base, Moment moment);

  /**
   * The learning rate during an epoch.
   *
   * @param base the optimiser's learning rate
   * @param epoch counted from 0
   * @param epochs number of epochs of the stage, at least 1
   */
  default double rate(double base, int epoch, int epochs) {
    return rate(base, Moment.ofEpoch(epoch, epochs));
  }
}
