package longtail.train;

/**
 * What the rounds of a stage leave as it is: a worker fetches it once and keeps it in its network.
 */
public interface Frozen {
  /** Number of the frozen numbers; others have another one. */
  long version();

  /** What is not frozen. */
  Changing changing();

  /** See {@link Changing#rest(TrainingState)}. */
  TrainingState rest();
}
