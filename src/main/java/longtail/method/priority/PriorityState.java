package longtail.method.priority;

import longtail.method.MethodState;
import longtail.sample.RowDraw;

/**
 * The priorities of a training set as a round begins with them. What workers bring to a merge are
 * {@link RoundHardness}, which the learner collects.
 */
sealed interface PriorityState extends MethodState permits ClassPriorityState, ImagePriorityState {
  /** Epochs of the stage that are finished. */
  int epochs();

  /** Sum of the manual part. */
  double manualSum();

  /** Notes that {@code finished} epochs are finished. */
  void endEpoch(int finished);

  /** Probability of each class, {@code [classes]}. */
  double[] classProbabilities();

  /** How images are drawn. */
  RowDraw draw();
}
