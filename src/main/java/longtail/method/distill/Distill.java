package longtail.method.distill;

import java.util.Optional;
import longtail.config.Default;
import longtail.loss.Distillation;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Method;
import longtail.method.Networks;

/**
 * Learning from a teacher: a network that was trained before answers for the same images, and the
 * student learns from its logits and from the labels (He et al., "Distilling Virtual Examples for
 * Long-tailed Recognition", 2021). The labels' loss is {@code loss.base}; the stage's own loss is
 * not used.
 *
 * <p>As published, the teacher sees the augmented images of every step, which costs its forward
 * pass each time. With recorded logits it has seen each image once, as evaluation does (normalised,
 * cropped in the middle at most), and its answer stays the same however the student's image is
 * augmented.
 *
 * @param teacher a checkpoint, the output directory of a training run (its latest checkpoint), or a
 *     model zip; every worker must be able to read it
 * @param teacherLogits instead of a teacher: the directory that {@code jobs/evaluate --logits}
 *     wrote for the training set; every worker must be able to read it, joins its images by their
 *     ids and keeps those of its own shards (float32)
 * @param loss how teacher and labels are weighed
 */
public record Distill(
    Optional<String> teacher, Optional<String> teacherLogits, @Default("{}") Distillation loss)
    implements Method {
  /** Checks that a teacher or its logits are named, and not both. */
  public Distill {
    if (teacher.isPresent() == teacherLogits.isPresent()) {
      throw new IllegalArgumentException(
          "give either teacher or teacher-logits, had teacher %s and teacher-logits %s"
              .formatted(teacher.orElse("absent"), teacherLogits.orElse("absent")));
    }
    if (source(teacher, teacherLogits).isBlank()) {
      throw new IllegalArgumentException("teacher must not be empty");
    }
  }

  private static String source(Optional<String> teacher, Optional<String> teacherLogits) {
    return teacher.or(() -> teacherLogits).orElseThrow();
  }

  /** Where the teacher, or what it said, is read from. */
  String source() {
    return source(teacher, teacherLogits);
  }

  /** The teacher; the caller closes it. */
  Teacher open(Networks networks) {
    return teacher.isPresent()
        ? new Teacher.Present(networks.open(source()))
        : new Teacher.Recorded(networks.logits(source()));
  }

  @Override
  public Learner learner(LearningProblem problem) {
    return new DistillLearner(this, problem);
  }
}
