package longtail.spark;

import java.util.function.Supplier;
import longtail.collective.WorkerCollective;
import longtail.spark.SegmentMessages.FinishedRound;
import longtail.train.Round;
import longtail.train.RoundSummary;
import longtail.train.TrainingState;
import longtail.train.Worker;

/** A worker that stays in an executor, and the number of the state that it has. */
final class SegmentWorker implements AutoCloseable {
  private static final long NONE = -1;

  private final Worker worker;
  private long version = NONE;

  SegmentWorker(Worker worker) {
    this.worker = worker;
  }

  /** Takes the rounds of a worker as they end. */
  interface RoundListener {
    void ended(FinishedRound round);
  }

  /**
   * Goes through all rounds of a segment.
   *
   * @param beginning the state of number {@code plan.version()}, if this worker has not got it
   * @param listener told of rounds, if this is the first worker
   */
  void train(
      SegmentPlan plan,
      Supplier<TrainingState> beginning,
      WorkerCollective together,
      boolean first,
      RoundListener listener) {
    long start = System.nanoTime();
    boolean known = version == plan.version();
    version = NONE;
    if (!known) {
      worker.restore(beginning.get());
    }
    long before = start;
    boolean ended = false;
    while (!ended) {
      Round round = worker.next();
      RoundSummary summary =
          worker.round(
              round, together, () -> System.nanoTime() - start > 1_000_000_000L * plan.seconds());
      if (first) {
        long now = System.nanoTime();
        listener.ended(
            new FinishedRound(round, summary.counters(), worker.figures(), now - before));
        before = now;
      }
      ended = summary.last() || worker.endsSegment(round);
    }
    version = plan.version() + 1;
  }

  Worker worker() {
    return worker;
  }

  @Override
  public void close() {
    worker.close();
  }
}
