package longtail.train;

import longtail.config.Default;

/**
 * How the model is scored on the validation set while it trains.
 *
 * @param everyEpochs epochs of a stage between two evaluations; the end of a stage always has one
 * @param batchSize images of one forward pass
 */
public record EvaluationPlan(@Default("1") int everyEpochs, @Default("256") int batchSize) {
  /** Checks the interval and the batch size. */
  public EvaluationPlan {
    Checks.atLeast(1, everyEpochs, "every-epochs");
    Checks.atLeast(1, batchSize, "batch-size");
  }
}
