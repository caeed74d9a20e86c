package longtail.method;

import java.util.List;

/**
 * What a learner is given for one step.
 *
 * @param main the worker's part of the stage's batch, never empty
 * @param others its part of one batch of each of {@link Method#streams}, in that order; possibly
 *     empty where a source has fewer shards than there are workers
 */
public record StepBatches(Batch main, List<Batch> others) {
  /** A step of a method without further streams. */
  public static StepBatches of(Batch main) {
    return new StepBatches(main, List.of());
  }
}
