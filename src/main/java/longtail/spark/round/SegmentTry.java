package longtail.spark.round;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.collective.PeerSecret;
import longtail.spark.round.SegmentEndpoint.Arrived;
import longtail.spark.round.SegmentMessages.Alive;
import longtail.spark.round.SegmentMessages.Beginning;
import longtail.spark.round.SegmentMessages.BeginningWanted;
import longtail.spark.round.SegmentMessages.Failure;
import longtail.spark.round.SegmentMessages.FinishedRound;
import longtail.spark.round.SegmentMessages.Join;
import longtail.spark.round.SegmentMessages.Leave;
import longtail.spark.round.SegmentMessages.Outcome;
import longtail.spark.round.SegmentMessages.Place;
import longtail.spark.round.SegmentMessages.Placement;
import longtail.spark.round.SegmentMessages.Progress;
import longtail.train.checkpoint.StateShare;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Averaging;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Round;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * One try of a segment: its Spark job, the tasks that have come, and what they tell. It ends when
 * all parts of the state are there, or with the reason why another try is needed.
 */
final class SegmentTry {
  private final JavaSparkContext spark;
  private final ExecutorSetup setup;
  private final Averaging averaging;
  private final SegmentEndpoint endpoint;
  private final SegmentPlan plan;
  private final Listener listener;
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

  SegmentTry(
      JavaSparkContext spark,
      ExecutorSetup setup,
      Averaging averaging,
      SegmentEndpoint endpoint,
      SegmentPlan plan,
      int tasks,
      TrainingState from,
      Listener listener) {
    this.spark = spark;
    this.setup = setup;
    this.averaging = averaging;
    this.endpoint = endpoint;
    this.plan = plan;
    this.tasks = tasks;
    this.listener = listener;
    cursor = from.cursor();
    iteration = from.iteration();
  }

  /** What the driver has to do meanwhile. */
  interface Listener {
    /** The workers are where {@code places} says. */
    void placed(Map<Integer, Place> places);

    /** The state that the segment begins with, for a worker that has not got it. */
    Beginning beginning();

    /** A round has ended, {@code iteration} steps after the run's beginning. */
    void ended(FinishedRound round, long iteration);
  }

  /** The parts of the state; none if another try is needed. */
  List<StateShare> run() {
    job = SegmentJob.submit(spark, seats(), plan, setup, endpoint.arrived());
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
      arrived.answer(listener.beginning());
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
    placement = WorkerPlacement.of(joins, setup.workers(), PeerSecret.random(encrypts));
    joined.forEach(
        (task, arrived) -> {
          Placement mine = placement.ofTasks().get(task);
          if (mine != null) {
            heard.put(task, System.nanoTime());
          }
          arrived.answer(mine == null ? new Leave() : mine);
        });
    listener.placed(placement.ofWorkers());
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
      listener.ended(next, iteration);
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

  /** The last round that ended. */
  Round last() {
    return last;
  }

  /** Steps of the run until then. */
  long iteration() {
    return iteration;
  }

  /** Why another try is needed. */
  String reason() {
    return reason;
  }
}
