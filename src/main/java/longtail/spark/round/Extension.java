package longtail.spark.round;

import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.shard.ShardedDataset;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Rounds;

/**
 * A run that goes on with more epochs of its last stage than it began with: from the last state,
 * optimiser and method included, with the learning rates of the longer stage.
 */
final class Extension {
  private Extension() {}

  /** The key that may differ. */
  static Set<String> keys(Experiment experiment) {
    return Set.of("stages." + (experiment.stages().size() - 1) + ".epochs");
  }

  /**
   * The state of {@code last} as {@code experiment} goes on from it.
   *
   * @throws LongTailException (CONFIG) when there are fewer epochs than before, or when a stage
   *     stopped early, so that nobody knows which epoch was the last
   */
  static TrainingState of(Checkpoint last, Experiment experiment, ShardedDataset dataset) {
    Experiment before = last.experiment();
    int stage = experiment.stages().size() - 1;
    int had = before.stages().get(stage).epochs();
    int has = experiment.stages().get(stage).epochs();
    if (has < had) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "cannot extend the run in %s: stages.%d.epochs was %d and is %d; give more epochs"
              .formatted(last.directory(), stage, had, has));
    }
    TrainingState state = last.state();
    Rounds rounds = Rounds.of(before, dataset.samples().size());
    if (has == had || !rounds.finished(state.cursor())) {
      return state;
    }
    if (state.iteration() != rounds.totalSteps()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "cannot extend the run in %s: a stage of it stopped early, at step %d of %d; begin another run with model.weights: %s"
              .formatted(
                  last.directory(), state.iteration(), rounds.totalSteps(), last.directory()));
    }
    return state.at(new Cursor(stage, had, 0));
  }
}
