package longtail.train.experiment;

import java.util.List;
import java.util.Optional;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.image.augment.SizeTransform;

/**
 * How the model is scored, on the validation set while it trains and later.
 *
 * @param everyEpochs epochs of a stage between two evaluations; the end of a stage always has one
 * @param everySteps steps of the run between two further evaluations, for epochs that take long
 * @param batchSize images of one forward pass
 * @param metaEveryRounds rounds of a stage that learns from a meta set between two evaluations on
 *     that set; beside them, or alone if absent, it is evaluated whenever the validation set is
 * @param transforms what brings an image of any size to the network's, in order, here and in every
 *     later use of the model; {@code fit} to the size of the training images if absent
 */
public record EvaluationPlan(
    @Default("1") int everyEpochs,
    Optional<Integer> everySteps,
    @Default("256") int batchSize,
    Optional<Integer> metaEveryRounds,
    Optional<List<SizeTransform>> transforms) {
  /** Checks the intervals and the batch size. */
  public EvaluationPlan {
    Ranges.atLeast("meta-every-rounds", 1, metaEveryRounds.orElse(1));
    Ranges.atLeast("every-epochs", 1, everyEpochs);
    Ranges.atLeast("every-steps", 1, everySteps.orElse(1));
    Ranges.atLeast("batch-size", 1, batchSize);
  }
}
