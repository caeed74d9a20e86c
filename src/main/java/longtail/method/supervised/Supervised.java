package longtail.method.supervised;

import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Method;

/** One forward and one backward pass per batch, and one update of the optimiser. */
public record Supervised() implements Method {
  @Override
  public boolean mixes() {
    return true;
  }

  @Override
  public boolean accumulates() {
    return true;
  }

  @Override
  public Learner learner(LearningProblem problem) {
    return problem.parts() > 1 ? new AccumulatingLearner(problem) : new SupervisedLearner(problem);
  }
}
