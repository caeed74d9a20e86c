package longtail.spark;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.collective.PeerSecret;
import longtail.method.Method;
import longtail.spark.SegmentEndpoint.Arrived;
import longtail.spark.SegmentMessages.Alive;
import longtail.spark.SegmentMessages.Beginning;
import longtail.spark.SegmentMessages.BeginningWanted;
import longtail.spark.SegmentMessages.Failure;
import longtail.spark.SegmentMessages.FinishedRound;
import longtail.spark.SegmentMessages.Join;
import longtail.spark.SegmentMessages.Leave;
import longtail.spark.SegmentMessages.Outcome;
import longtail.spark.SegmentMessages.Place;
import longtail.spark.SegmentMessages.Placement;
import longtail.spark.SegmentMessages.Progress;
import longtail.train.Averaging;
import longtail.train.Changing;
import longtail.train.Cursor;
import longtail.train.Round;
import longtail.train.StateShare;
import longtail.train.TrainingState;
import org.apache.spark.api.java.JavaRDD;
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
  private final int workers;
  private final SegmentTask.Factory factory;
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
      int workers,
      SegmentTask.Factory factory,
      Averaging averaging,
      PrintStream progress) {
    this.spark = spark;
    this.run = run;
    this.workers = workers;
    this.factory = factory;
    this.averaging = averaging;
    this.progress = progress;
    endpoint = SegmentEndpoint.open(run);
  }

  /** The workers of the run with the unique name {@code run}. */
  static Segments open(
      JavaSparkContext spark,
      String run,
      int workers,
      SegmentTask.Factory factory,
      Averaging averaging,
      PrintStream progress) {
    return new Segments(spark, run, workers, factory, averaging, progress);
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
   * @param changing what its steps can change; everything if empty
   * @param listener told of each round once, soon after it has ended
   * @throws LongTailException the failure of a worker that another try would meet again
   */
  Result run(
      TrainingState state, Method method, Optional<Changing> changing, RoundListener listener) {
    long start = System.nanoTime();
    if (held == null || !held.sameForWorkers(state) || state.cursor().atStageStart()) {
      version += 2; // nobody has it
    }
    try (Beginnings beginnings = new Beginnings(state)) {
      for (int tried = 1; ; tried++) {
        long tryStart = System.nanoTime();
        SegmentPlan plan = plan(method, changing.isEmpty());
        Try segment = new Try(plan, beginnings, state, listener);
        List<StateShare> shares = segment.run();
        if (!shares.isEmpty()) {
          Round last = segment.last;
          version++;
          held = StateShare.join(shares, state, changing, method, last.to(), segment.iteration);
          return new Result(held, last, System.nanoTime() - start);
        }
        held = null;
        if (tried == TRIES) {
          throw new LongTailException(
              ErrorCode.TRAINING,
              "training gave up: the same steps failed %d times, the last time because %s; the last checkpoint is kept, look into the logs of the executors and run the command again with --resume"
                  .formatted(TRIES, segment.reason));
        }
        progress.printf(
            "%s; the steps since %s are repeated (%.1f s lost), the result is the same%n",
            segment.reason,
            state.iteration() == 0 ? "the beginning" : "step " + state.iteration(),
            (System.nanoTime() - tryStart) / 1e9);
      }
    }
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
      return workers; // those that have to wait make Spark ask for executors
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ROOM_SECONDS);
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

  /** One try of a segment. */
  private final class Try {
    private final SegmentPlan plan;
    private final Beginnings beginnings;
    private final RoundListener listener;
    private final int tasks;
    private final Map<Integer, Arrived> joined = new TreeMap<>();
    private final List<Arrived> late = new ArrayList<>();
    private final Map<Integer, Long> heard = new TreeMap<>();
    private final Map<Integer, Long> waiting = new TreeMap<>();
    private final Map<Integer, StateShare> shares = new TreeMap<>();
    private final Map<Cursor, FinishedRound> early = new TreeMap<>();
    private WorkerPlacement placement; // null before it begins
    private SegmentJob job;
    private long lastJoin;
    private Cursor cursor;
    private long iteration;
    private Round last;
    private int rounds;
    private int allRounds = Integer.MAX_VALUE;
    private Failure failure;
    private String reason;

    Try(SegmentPlan plan, Beginnings beginnings, TrainingState state, RoundListener listener) {
      this.plan = plan;
      this.beginnings = beginnings;
      this.listener = listener;
      cursor = state.cursor();
      iteration = state.iteration();
      tasks = tasks();
    }

    /** The parts of the state; none if another try is needed. */
    List<StateShare> run() {
      job = SegmentJob.submit(spark, seats(), plan, factory, endpoint.arrived());
      try {
        while (!ended()) {
          Arrived next = endpoint.arrived().poll(100, TimeUnit.MILLISECONDS);
          if (next != null) {
            take(next);
          }
          if (placement == null) {
            beginIfReady();
          } else {
            look();
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LongTailException(ErrorCode.TRAINING, "interrupted; run again with --resume", e);
      } finally {
        late.forEach(arrived -> arrived.answer(new Leave()));
        job.end();
      }
      if (reason != null) {
        job.awaitEnd();
      }
      if (failure != null && !failure.lost() && failure.code() != ErrorCode.TRAINING) {
        throw failure.exception();
      }
      return reason == null ? List.copyOf(shares.values()) : List.of();
    }

    private JavaRDD<Integer> seats() {
      List<Integer> indices = new ArrayList<>();
      for (int task = 0; task < tasks; task++) {
        indices.add(task);
      }
      return spark.parallelize(indices, tasks);
    }

    private boolean ended() {
      return reason != null
          || (placement != null
              && shares.size() == placement.ofTasks().size()
              && rounds == allRounds);
    }

    private void take(Arrived arrived) {
      Object message = arrived.message();
      if (message instanceof Join join && join.segment().equals(plan.segment())) {
        join(join, arrived);
      } else if (message instanceof BeginningWanted wanted
          && wanted.segment().equals(plan.segment())) {
        arrived.answer(beginnings.get());
      } else if (message instanceof Alive alive && alive.segment().equals(plan.segment())) {
        heard.computeIfPresent(alive.task(), (task, when) -> System.nanoTime());
        waiting.put(alive.task(), alive.waitingMillis());
      } else if (message instanceof Progress ended && ended.segment().equals(plan.segment())) {
        ended.rounds().forEach(this::ended);
      } else if (message instanceof SegmentJob.TaskResult result && result.job() == job) {
        result(result.outcome());
      } else if (message instanceof SegmentJob.Failed failed && failed.job() == job) {
        fail("Spark gave up the job (" + failed.reason() + ")", null);
      } else if (arrived.question() != null) {
        arrived.answer(new Leave()); // of a try that is over
      }
    }

    private void join(Join join, Arrived arrived) {
      if (placement == null) {
        joined.put(join.task(), arrived);
        lastJoin = System.nanoTime();
        return;
      }
      late.add(arrived); // there may be room for one more when the next segment begins
      if (placement.ofTasks().containsKey(join.task()) && !alive(place(join.task()))) {
        fail("%s was lost".formatted(place(join.task())), null);
      }
    }

    /** Else the task is a speculative copy, which waits for the end. */
    private boolean alive(Place place) {
      return spark.sc().getExecutorIds().contains(place.executor());
    }

    private Place place(int task) {
      return placement.ofWorkers().get(placement.ofTasks().get(task).workers().get(0));
    }

    /** Begins once all tasks are there that Spark has started, or will be. */
    private void beginIfReady() {
      if (joined.isEmpty()) {
        return;
      }
      long silent = System.nanoTime() - lastJoin;
      boolean all = joined.size() == tasks;
      boolean allStarted =
          silent > TimeUnit.MILLISECONDS.toNanos(1_500) && joined.size() >= job.activeTasks();
      if (all || allStarted || silent > TimeUnit.SECONDS.toNanos(averaging.patience())) {
        begin();
      }
    }

    private void begin() {
      List<Join> joins = joined.values().stream().map(arrived -> (Join) arrived.message()).toList();
      boolean encrypts =
          spark.getConf().getBoolean("spark.network.crypto.enabled", false)
              || spark.getConf().getBoolean("spark.ssl.rpc.enabled", false);
      placement = WorkerPlacement.of(joins, workers, PeerSecret.random(encrypts));
      joined.forEach(
          (task, arrived) -> {
            Placement mine = placement.ofTasks().get(task);
            if (mine != null) {
              heard.put(task, System.nanoTime());
            }
            arrived.answer(mine == null ? new Leave() : mine);
          });
      tellMoves();
    }

    private void tellMoves() {
      placement
          .ofWorkers()
          .forEach(
              (worker, now) -> {
                Place before = places.get(worker);
                if (before != null && !before.process().equals(now.process())) {
                  progress.printf(
                      "worker %d was in %s and went on in %s; the result is the same%n",
                      worker, before, now);
                }
              });
      places = placement.ofWorkers();
    }

    private void result(Outcome outcome) {
      heard.remove(outcome.task());
      outcome.untold().forEach(this::ended);
      if (outcome.rounds() > 0) {
        allRounds = outcome.rounds();
      }
      if (outcome.share() != null) {
        shares.put(outcome.task(), outcome.share());
      } else if (outcome.failure() != null) {
        fail(described(outcome), outcome.failure());
      }
    }

    private String described(Outcome outcome) {
      return placement == null
          ? outcome.failure().message()
          : "in %s: %s".formatted(place(outcome.task()), outcome.failure().message());
    }

    /** Rounds may arrive in another order than they were told in. */
    private void ended(FinishedRound round) {
      early.put(round.round().from(), round);
      for (FinishedRound next = early.remove(cursor); next != null; next = early.remove(cursor)) {
        last = next.round();
        cursor = last.to();
        iteration += last.steps();
        rounds++;
        if (iteration > toldIteration) {
          toldIteration = iteration;
          listener.ended(next, iteration);
        }
      }
    }

    private void fail(String why, Failure because) {
      if (failure == null || (failure.lost() && because != null && !because.lost())) {
        failure = because;
      }
      if (reason == null) {
        reason = why;
        settle();
      }
    }

    /** Whoever lost others may be told of before those who know why. */
    private void settle() {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_000);
      try {
        while (System.nanoTime() < end && (failure == null || failure.lost())) {
          Arrived next = endpoint.arrived().poll(50, TimeUnit.MILLISECONDS);
          if (next != null) {
            take(next);
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Whether somebody is silent for too long. */
    private void look() {
      long now = System.nanoTime();
      long patience = TimeUnit.SECONDS.toNanos(averaging.patience());
      Optional<Integer> silent =
          heard.entrySet().stream()
              .filter(task -> now - task.getValue() > patience)
              .map(Map.Entry::getKey)
              .findFirst();
      if (silent.isPresent()) {
        Place lost = place(silent.get());
        if (!spark.isLocal()) {
          spark.sc().killAndReplaceExecutor(lost.executor());
        }
        fail("%s was silent for %d s".formatted(lost, averaging.patience()), null);
      } else if (!heard.isEmpty() && heard.keySet().stream().allMatch(this::waitsTooLong)) {
        fail("the executors waited for each other for %d s".formatted(averaging.patience()), null);
      }
    }

    private boolean waitsTooLong(int task) {
      return waiting.getOrDefault(task, 0L) > 1000L * averaging.patience();
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
