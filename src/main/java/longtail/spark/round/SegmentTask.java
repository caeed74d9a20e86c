package longtail.spark.round;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.collective.PeerGroup;
import longtail.collective.PeerLostException;
import longtail.spark.job.TaskDevice;
import longtail.spark.round.SegmentMessages.Alive;
import longtail.spark.round.SegmentMessages.Beginning;
import longtail.spark.round.SegmentMessages.BeginningWanted;
import longtail.spark.round.SegmentMessages.Failure;
import longtail.spark.round.SegmentMessages.FinishedRound;
import longtail.spark.round.SegmentMessages.Join;
import longtail.spark.round.SegmentMessages.Outcome;
import longtail.spark.round.SegmentMessages.Place;
import longtail.spark.round.SegmentMessages.Placement;
import longtail.spark.round.SegmentMessages.Progress;
import longtail.train.checkpoint.StateShare;
import longtail.train.checkpoint.TrainingState;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcTimeout;
import scala.concurrent.duration.FiniteDuration;
import scala.reflect.ClassTag$;

/**
 * One task of a segment: it asks the driver for its workers, lets them train beside each other, and
 * brings back a part of the state that all have in the end.
 */
final class SegmentTask {
  private static final long PROGRESS_MILLIS = 250;
  private static final long ALIVE_MILLIS = 2_000;

  private final SegmentPlan plan;
  private final ExecutorSetup setup;
  private final int index;
  private final RpcEndpointRef driver;
  private final List<FinishedRound> untold = new ArrayList<>();
  private int rounds;
  private long told = System.nanoTime();

  private SegmentTask(SegmentPlan plan, ExecutorSetup setup, int index) {
    this.plan = plan;
    this.setup = setup;
    this.index = index;
    driver = SegmentEndpoint.ofDriver(plan.run());
  }

  /** What task {@code index} does; on a thread of Spark. */
  static Outcome run(SegmentPlan plan, ExecutorSetup setup, int index) {
    SegmentTask task = new SegmentTask(plan, setup, index);
    try {
      Place here = ExecutorPeer.here(plan);
      Object answer =
          task.ask(new Join(plan.segment(), index, here, SegmentWorker.here(plan.run())));
      return answer instanceof Placement placement
          ? task.run(placement)
          : new Outcome(index, null, 0, List.of(), null);
    } catch (LongTailException e) {
      return task.failed(e);
    }
  }

  private Outcome failed(RuntimeException e) {
    boolean lost = e instanceof PeerLostException;
    ErrorCode code = e instanceof LongTailException known ? known.code() : ErrorCode.TRAINING;
    return new Outcome(index, null, 0, List.of(), new Failure(code, e.getMessage(), lost));
  }

  private Outcome run(Placement placement) {
    SegmentWorker.keepOnly(plan.run(), placement.peers().get(placement.rank()).workers());
    OptionalInt device = TaskDevice.current();
    ExecutorService threads = Executors.newCachedThreadPool(this::thread);
    AtomicReference<PeerGroup> connected = new AtomicReference<>();
    ScheduledExecutorService alive = tellingThatItLives(connected);
    try {
      PeerGroup group = ExecutorPeer.group(placement, coresOfTask());
      connected.set(group);
      ExecutorCompletionService<Void> running = new ExecutorCompletionService<>(threads);
      for (int worker : placement.workers()) {
        running.submit(
            () -> {
              train(worker, group, device);
              return null;
            });
      }
      await(running, placement.workers().size(), group);
      StateShare share = share(placement);
      synchronized (untold) {
        return new Outcome(index, share, rounds, new ArrayList<>(untold), null);
      }
    } catch (IOException e) {
      return new Outcome(
          index,
          null,
          0,
          List.of(),
          new Failure(
              ErrorCode.TRAINING,
              "the executors cannot reach each other: " + e.getMessage(),
              true));
    } catch (LongTailException | PeerLostException e) {
      return failed(e);
    } finally {
      end(threads);
      alive.shutdownNow();
      ExecutorPeer.leave(placement);
    }
  }

  private Thread thread(Runnable work) {
    Thread thread = new Thread(work, "longtail task " + index);
    thread.setDaemon(true);
    return thread;
  }

  /** Tells the driver every now and then, and for how long this process has waited for others. */
  private ScheduledExecutorService tellingThatItLives(AtomicReference<PeerGroup> connected) {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(this::thread);
    Future<?> unused =
        timer.scheduleWithFixedDelay(
            () -> {
              PeerGroup group = connected.get();
              long waiting = group == null ? 0 : group.waitingMillis();
              driver.send(SegmentMessages.bytes(new Alive(plan.segment(), index, waiting)));
            },
            ALIVE_MILLIS,
            ALIVE_MILLIS,
            TimeUnit.MILLISECONDS);
    return timer;
  }

  /** Workers end with their step when their group is closed, and stay. */
  private static void end(ExecutorService threads) {
    threads.shutdown();
    boolean interrupted = Thread.interrupted();
    try {
      if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static int coresOfTask() {
    return SparkEnv.get().conf().getInt("spark.task.cpus", 1);
  }

  private <T> T with(int worker, OptionalInt device, Resident.Work<SegmentWorker, T> work) {
    return SegmentWorker.of(plan.run(), setup, worker, device, work);
  }

  private void train(int worker, PeerGroup group, OptionalInt device) {
    with(
        worker,
        device,
        resident -> {
          group.compute(
              () ->
                  resident.train(
                      plan, this::beginning, group.worker(worker), worker == 0, this::ended));
          return null;
        });
  }

  private TrainingState beginning() {
    Object answer = ask(new BeginningWanted(plan.segment()));
    if (answer instanceof Beginning beginning) {
      return beginning.state().value();
    }
    throw new LongTailException(ErrorCode.TRAINING, "the driver has given up this segment");
  }

  private StateShare share(Placement placement) {
    int first = placement.workers().get(0);
    Map<Integer, byte[]> methods = new TreeMap<>();
    for (int worker : plan.ownStates() ? placement.workers() : List.of(first)) {
      if (plan.ownStates() || worker == 0) {
        methods.put(worker, with(worker, OptionalInt.empty(), w -> w.worker().method()));
      }
    }
    return with(
        first,
        OptionalInt.empty(),
        w -> w.worker().share(placement.share(), placement.shares(), plan.whole(), methods));
  }

  /** Tells the driver of rounds a few times in a second, which is as often as anybody looks. */
  private void ended(FinishedRound round) {
    synchronized (untold) {
      rounds++;
      untold.add(round);
      long now = System.nanoTime();
      if (now - told > TimeUnit.MILLISECONDS.toNanos(PROGRESS_MILLIS)) {
        told = now;
        driver.send(SegmentMessages.bytes(new Progress(plan.segment(), new ArrayList<>(untold))));
        untold.clear();
      }
    }
  }

  private static void await(ExecutorCompletionService<Void> running, int workers, PeerGroup group) {
    try {
      for (int left = workers; left > 0; left--) {
        running.take().get();
      }
    } catch (InterruptedException e) {
      group.close();
      Thread.currentThread().interrupt();
      throw new LongTailException(ErrorCode.TRAINING, "the task was ended by the driver", e);
    } catch (ExecutionException e) {
      // the others must not wait for this one
      group.close();
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof VirtualMachineError fatal) {
        throw fatal;
      }
      throw new LongTailException(
          ErrorCode.TRAINING, "a worker failed: " + e.getCause(), e.getCause());
    }
  }

  private Object ask(Serializable question) {
    // The driver answers once it knows; it ends the task where there is no answer.
    RpcTimeout aDay = new RpcTimeout(new FiniteDuration(1, TimeUnit.DAYS), "longtail");
    byte[] answer =
        driver.askSync(
            SegmentMessages.bytes(question), aDay, ClassTag$.MODULE$.<byte[]>apply(byte[].class));
    return SegmentMessages.of(answer);
  }
}
