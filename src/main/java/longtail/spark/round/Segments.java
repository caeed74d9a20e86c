package longtail.spark.round;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.method.Method;
import longtail.spark.round.SegmentMessages.Beginning;
import longtail.spark.round.SegmentMessages.FinishedRound;
import longtail.spark.round.SegmentMessages.Place;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.StateShare;
import longtail.train.checkpoint.TrainableSpans;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Averaging;
import longtail.train.experiment.Round;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The workers of a run, and the segments in which they train: a Spark job of many rounds, in which
 * they average among themselves and the driver only listens.
 *
 * <p>The workers are dealt over the tasks that Spark has room for when a segment begins, so
 * executors may come and go between segments; a worker stays where it is as far as that is even,
 * with its network and images in memory. A segment whose executor is lost or silent is repeated
 * from its beginning on those that are left, to the same bits.
 */
final class Segments implements AutoCloseable {
  /** Configuration of the first port at which executors listen for each other. */
  static final String PORT = "spark.longtail.peers.port";

  private static final int TRIES = 5;
  private static final long ROOM_SECONDS = 20;

  private final JavaSparkContext spark;
  private final String run;
  private final ExecutorSetup setup;
  private final Averaging averaging;
  private final PrintStream progress;
  private final SegmentEndpoint endpoint;
  private TrainingState held; // what the workers have
  private long version;
  private Map<Integer, Place> places = Map.of();
  private boolean roomKnown;
  private long toldIteration; // until where rounds were told

  private Segments(
      JavaSparkContext spark,
      String run,
      ExecutorSetup setup,
      Averaging averaging,
      PrintStream progress) {
    this.spark = spark;
    this.run = run;
    this.setup = setup;
    this.averaging = averaging;
    this.progress = progress;
    endpoint = SegmentEndpoint.open(run);
  }

  /** The workers of the run with the unique name {@code run}. */
  static Segments open(
      JavaSparkContext spark,
      String run,
      ExecutorSetup setup,
      Averaging averaging,
      PrintStream progress) {
    return new Segments(spark, run, setup, averaging, progress);
  }

  /**
   * What a segment led to.
   *
   * @param state the workers' state behind it
   * @param last its last round
   * @param nanos that it took, tries that failed included
   */
  record Result(TrainingState state, Round last, long nanos) {}

  /** Is told of rounds. */
  interface RoundListener {
    /**
     * A round has ended.
     *
     * @param iteration steps of the run until then
     */
    void ended(FinishedRound round, long iteration);
  }

  /**
   * A segment from {@code state}.
   *
   * @param method of the segment's stage
   * @param trainable what its steps can change; everything if empty
   * @param listener told of each round once, soon after it has ended
   * @throws LongTailException the failure of a worker that another try would meet again
   */
  Result run(
      TrainingState state,
      Method method,
      Optional<TrainableSpans> trainable,
      RoundListener listener) {
    long start = System.nanoTime();
    if (held == null || !held.sameForWorkers(state) || state.cursor().atStageStart()) {
      version += 2; // nobody has it
    }
    try (Beginnings beginnings = new Beginnings(state)) {
      for (int tried = 1; ; tried++) {
        long tryStart = System.nanoTime();
        SegmentPlan plan = plan(method, trainable.isEmpty());
        SegmentTry segment =
            new SegmentTry(
                spark,
                setup,
                averaging,
                endpoint,
                plan,
                tasks(),
                state,
                with(beginnings, listener));
        List<StateShare> shares = segment.run();
        if (!shares.isEmpty()) {
          Round last = segment.last();
          version++;
          held = StateShare.join(shares, state, trainable, method, last.to(), segment.iteration());
          return new Result(held, last, System.nanoTime() - start);
        }
        held = null;
        if (tried == TRIES) {
          throw new LongTailException(
              ErrorCode.TRAINING,
              "training gave up: the same steps failed %d times, the last time because %s; the last checkpoint is kept, look into the logs of the executors and run the command again with --resume"
                  .formatted(TRIES, segment.reason()));
        }
        progress.printf(
            "%s; the steps since %s are repeated (%.1f s lost), the result is the same%n",
            segment.reason(),
            state.iteration() == 0 ? "the beginning" : "step " + state.iteration(),
            (System.nanoTime() - tryStart) / 1e9);
      }
    }
  }

  private SegmentTry.Listener with(Beginnings beginnings, RoundListener listener) {
    return new SegmentTry.Listener() {
      @Override
      public void placed(Map<Integer, Place> now) {
        tellMoves(now);
      }

      @Override
      public Beginning beginning() {
        return beginnings.get();
      }

      @Override
      public void ended(FinishedRound round, long iteration) {
        if (iteration > toldIteration) {
          toldIteration = iteration;
          listener.ended(round, iteration);
        }
      }
    };
  }

  private void tellMoves(Map<Integer, Place> now) {
    now.forEach(
        (worker, place) -> {
          Place before = places.get(worker);
          if (before != null && !before.process().equals(place.process())) {
            progress.printf(
                "worker %d was in %s and went on in %s; the result is the same%n",
                worker, before, place);
          }
        });
    places = now;
  }

  /** {@code parameters} as what the workers are to score, which they may have. */
  @SuppressWarnings("ReferenceEquality") // a large vector that is handed on, not copied
  WorkerScoring.Model model(FlatVector parameters) {
    boolean known = held != null && held.parameters() == parameters;
    return new WorkerScoring.Model(
        parameters, known ? OptionalLong.of(version) : OptionalLong.empty());
  }

  private SegmentPlan plan(Method method, boolean whole) {
    return new SegmentPlan(
        run,
        UUID.randomUUID().toString(),
        version,
        whole,
        method.ownStates(),
        averaging.segment(),
        spark.getConf().getInt(PORT, 0),
        spark.getConf().getInt("spark.port.maxRetries", 16) + 1);
  }

  /** The state of a segment's beginning, which travels only if a worker has not got it. */
  private final class Beginnings implements AutoCloseable {
    private final TrainingState state;
    private Broadcast<TrainingState> sent;

    Beginnings(TrainingState state) {
      this.state = state;
    }

    Beginning get() {
      if (sent == null) {
        sent = spark.broadcast(state);
      }
      return new Beginning(sent);
    }

    @Override
    public void close() {
      if (sent != null && !spark.sc().isStopped()) {
        sent.destroy();
      }
    }
  }

  /** As many tasks as there is room for, at most one for each worker. */
  private int tasks() {
    if (spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false)) {
      return setup.workers(); // those that have to wait make Spark ask for executors
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ROOM_SECONDS);
    int workers = setup.workers();
    int room = room();
    // Executors are still on their way when a run begins.
    while (!roomKnown && room < workers && System.nanoTime() < end && !spark.isLocal()) {
      pause(100);
      room = room();
    }
    roomKnown = true;
    return Math.max(1, Math.min(workers, room == 0 ? workers : room));
  }

  private int room() {
    return spark
        .sc()
        .maxNumConcurrentTasks(spark.sc().resourceProfileManager().defaultResourceProfile());
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LongTailException(ErrorCode.TRAINING, "interrupted; run again with --resume", e);
    }
  }

  /** Frees what the workers hold in the executors. */
  @Override
  public void close() {
    endpoint.close();
    Resident.dismissAll(run);
    if (!spark.isLocal() && !spark.sc().isStopped() && !places.isEmpty()) {
      String name = run;
      spark.sc().setJobDescription("end of " + run);
      int room = Math.max(1, room());
      List<Integer> all = new ArrayList<>();
      for (int task = 0; task < room; task++) {
        all.add(task);
      }
      spark.parallelize(all, room).foreach(task -> Resident.dismissAll(name));
    }
  }
}
