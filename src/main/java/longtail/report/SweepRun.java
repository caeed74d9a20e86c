package longtail.report;

/** One run of a sweep: an experiment with one seed. */
public sealed interface SweepRun permits SweepRun.Finished, SweepRun.Failed {
  /** Name of the experiment. */
  String name();

  /** Seed of the run. */
  long seed();

  /**
   * A run with figures.
   *
   * @param evaluation of its last checkpoint
   * @param imagesPerSecond training images over the time of the rounds
   */
  record Finished(String name, long seed, EvaluationSummary evaluation, double imagesPerSecond)
      implements SweepRun {}

  /**
   * A run without figures.
   *
   * @param reason why, in one sentence
   */
  record Failed(String name, long seed, String reason) implements SweepRun {}
}
