package longtail.method.priority;

import longtail.config.Default;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Method;
import longtail.sample.MixedPriority;
import longtail.sample.PriorityOptions;

/**
 * Supervised learning from batches that prefer the images that the network finds hard (the mixed
 * prioritized sampler of Ren et al., "Balanced Meta-Softmax for Long-Tailed Visual Recognition",
 * 2020): an image is drawn by its priority, see {@link MixedPriority}, with replacement.
 *
 * <p>Workers note how hard they find the images of their steps, which lie on their own shards; a
 * round unites what they found, where of an image that came more than once the last finding counts.
 * All steps of a round are drawn with the priorities of its beginning, so that all workers draw the
 * same rows. {@code averaging.every: 1} makes the priorities follow every step.
 *
 * @param priority how hardness and manual weights make up the priorities
 */
public record ImagePriorities(@Default("{}") PriorityOptions priority) implements Method {
  /** Refuses options that make nothing adaptive, or that only classes have. */
  public ImagePriorities {
    PrioritiesLearner.requireAdaptive(priority);
    if (priority.repeats() == PriorityOptions.Repeats.SUMMED) {
      throw new IllegalArgumentException(
          "priority.repeats must be once for priorities of images, was " + priority.repeats());
    }
    MixedPriority.requireOfImages(priority);
  }

  @Override
  public Learner learner(LearningProblem problem) {
    return new PrioritiesLearner(priority, ImagePriorityState::of, problem);
  }

  @Override
  public boolean learnsDraws() {
    return true;
  }
}
