package longtail.optim;

/**
 * The learning rate of each epoch; a member holds hyper-parameters only. The rate is constant
 * within an epoch.
 */
public sealed interface Schedule
    permits Constant, Step, Multistep, Cosine, WarmupMultistep, WarmupCosine {

  /**
   * The learning rate during an epoch.
   *
   * @param base the optimiser's learning rate
   * @param epoch counted from 0
   * @param epochs number of epochs of the stage, at least 1
   */
  double rate(double base, int epoch, int epochs);
}
