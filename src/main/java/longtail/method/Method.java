package longtail.method;

/** How a network learns from a batch: the family of learning methods. */
public sealed interface Method {
  /** A learner for one stage of a run, at its beginning. */
  Learner learner(LearningProblem problem);

  /** One forward and one backward pass per batch, and one update of the optimiser. */
  record Supervised() implements Method {
    @Override
    public Learner learner(LearningProblem problem) {
      return new SupervisedLearner(problem);
    }
  }
}
