package longtail.train.experiment;

import java.io.Serializable;
import java.util.Set;

/**
 * The steps between two merges.
 *
 * @param from first step
 * @param to the step after the last one
 * @param steps number of steps, at least 1
 * @param due what the driver does after the merge
 */
public record Round(Cursor from, Cursor to, int steps, Set<Due> due) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What may be due after a round. */
  public enum Due {
    /** Score the model on the validation set. */
    EVALUATION,
    /** Save a checkpoint; after the evaluation, if both are due. */
    CHECKPOINT
  }

  /** Keeps an unmodifiable copy of {@code due}. */
  public Round {
    due = Set.copyOf(due);
  }

  /** Whether the last step of the round was the last of its epoch. */
  public boolean endsEpoch() {
    return to.step() == 0;
  }

  /** Whether the last step of the round was the last of its stage. */
  public boolean endsStage() {
    return to.atStageStart();
  }
}
