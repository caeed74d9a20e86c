package longtail.train;

import longtail.method.Learner;

/** The learners of a run's stages, on one network. */
interface StageLearners extends AutoCloseable {
  /** The learner of {@code stage}; the one of another stage is no longer used. */
  Learner learner(int stage);

  /** Does to the current parameters what {@code stage} does at its beginning. */
  void begin(int stage);

  /** Comes before each step, with a seed for what the network draws in it. */
  default void draw(long seed) {}

  @Override
  void close();
}
