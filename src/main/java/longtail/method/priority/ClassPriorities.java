package longtail.method.priority;

import longtail.config.Default;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Method;
import longtail.sample.PriorityOptions;

/**
 * Supervised learning from batches that prefer the classes that the network finds hard (class
 * priorities that are not manual only, of Ren et al., "Balanced Meta-Softmax for Long-Tailed Visual
 * Recognition", 2020): a class is drawn by its priority, see {@link longtail.sample.ClassPriority},
 * then one of its images.
 *
 * <p>Workers note how hard they find the images of their steps. At the end of a round the findings
 * of all are taken in, step by step, as one worker would have done; all steps of a round are drawn
 * with the priorities of its beginning, so that all workers draw the same rows. {@code
 * averaging.every: 1} makes the priorities follow every step.
 *
 * @param priority how hardness and manual weights make up the priorities
 */
public record ClassPriorities(@Default("{}") PriorityOptions priority) implements Method {
  /** Refuses options that make nothing adaptive, or that do not merge over workers. */
  public ClassPriorities {
    PrioritiesLearner.requireAdaptive(priority);
    if (priority.repeats() == PriorityOptions.Repeats.SUMMED) {
      throw new IllegalArgumentException(
          "priority.repeats must be once, for a class that drifts from the sum over its images cannot be put together from several workers; was "
              + priority.repeats());
    }
  }

  @Override
  public Learner learner(LearningProblem problem) {
    return new PrioritiesLearner(priority, ClassPriorityState::of, problem);
  }

  @Override
  public boolean learnsDraws() {
    return true;
  }
}
