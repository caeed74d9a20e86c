package longtail.train;

import longtail.method.Learner;

/** The learners of a run's stages, on one network. */
interface StageLearners extends AutoCloseable {
  /** The learner of {@code stage}; the one of another stage is no longer used. */
  Learner learner(int stage);

  /** Does to the current parameters what {@code stage} does at its beginning. */
  void begin(int stage);

  @Override
  void close();
}
