package longtail.spark.round;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import longtail.collective.WorkerCollective;
import longtail.nn.Network;
import longtail.nn.kernel.GraphicsDevice;
import longtail.spark.evaluate.Scorer;
import longtail.spark.job.TaskDevice;
import longtail.spark.round.SegmentMessages.FinishedRound;
import longtail.train.RoundSummary;
import longtail.train.Worker;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Round;
import org.apache.spark.broadcast.Broadcast;

/**
 * A worker that stays in an executor, the number of the state that it has, and what it scores
 * between segments.
 */
final class SegmentWorker implements AutoCloseable {
  private static final String ROLE = "worker";
  private static final long NONE = -1;

  private final ExecutorSetup setup;
  private final Worker worker;
  private final Map<String, Scorer> scorers = new HashMap<>();
  private long version = NONE;

  private SegmentWorker(ExecutorSetup setup, int index) {
    this.setup = setup;
    worker = setup.worker(index);
  }

  /** What {@code work} does with worker {@code index} of {@code run}, made here if it is not. */
  static <R> R of(
      String run,
      ExecutorSetup setup,
      int index,
      OptionalInt device,
      Resident.Work<SegmentWorker, R> work) {
    return Resident.call(
        new Resident.Key(run, ROLE, index),
        () -> {
          device.ifPresent(GraphicsDevice::use);
          return new SegmentWorker(setup, index);
        },
        work);
  }

  /**
   * What {@code work} does with a worker of {@code run} that is here and has the least to do; with
   * worker {@code index} if none is here.
   */
  static <R> R any(
      String run, ExecutorSetup setup, int index, Resident.Work<SegmentWorker, R> work) {
    int chosen = Resident.idlest(run, ROLE).orElse(index);
    return of(run, setup, chosen, TaskDevice.current(), work);
  }

  /** The workers of {@code run} that are here, ascending. */
  static List<Integer> here(String run) {
    return Resident.workers(run, ROLE);
  }

  /** Frees the workers of {@code run} that are here and none of {@code workers}. */
  static void keepOnly(String run, List<Integer> workers) {
    Resident.dismissOthers(run, ROLE, workers);
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

  /** Makes something of the rows of a dataset and the worker's network. */
  interface Scoring<R> {
    R with(Scorer scorer, Network network) throws IOException;
  }

  /**
   * What {@code scoring} makes of the prepared dataset in {@code directory} and a network with the
   * parameters {@code model}.
   *
   * @param version number of the state that has these parameters; such a worker does not fetch them
   */
  <R> R score(long version, Broadcast<FlatVector> model, String directory, Scoring<R> scoring)
      throws IOException {
    Scorer scorer = scorers.computeIfAbsent(directory, setup::scorer);
    Worker.NetworkUse<R> use = network -> scoring.with(scorer, network);
    return this.version == version ? worker.evaluate(use) : worker.evaluate(model.value(), use);
  }

  Worker worker() {
    return worker;
  }

  @Override
  public void close() {
    scorers.values().forEach(Scorer::close);
    worker.close();
  }
}
