package longtail.method;

import longtail.config.Default;
import longtail.loss.Distillation;

/**
 * Learning from a teacher: a network that was trained before answers for the same augmented images,
 * and the student learns from its logits and from the labels (He et al., "Distilling Virtual
 * Examples for Long-tailed Recognition", 2021). The labels' loss is {@code loss.base}; the stage's
 * own loss is not used.
 *
 * @param teacher a checkpoint, the output directory of a training run (its latest checkpoint), or a
 *     model zip; every worker must be able to read it
 * @param loss how teacher and labels are weighed
 */
public record Distill(String teacher, @Default("{}") Distillation loss) implements Method {
  /** Checks that a teacher is named. */
  public Distill {
    if (teacher.isBlank()) {
      throw new IllegalArgumentException("teacher must not be empty");
    }
  }

  @Override
  public Learner learner(LearningProblem problem) {
    return new DistillLearner(this, problem);
  }
}
