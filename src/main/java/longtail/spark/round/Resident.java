package longtail.spark.round;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.collective.PeerLostException;
import org.apache.spark.SparkEnv;

/**
 * An object that stays in an executor between the tasks of a run: a worker with its network,
 * buffers and threads.
 *
 * <p>It lives on a thread of its own, whichever thread Spark gives to the task, because native work
 * spaces belong to threads. A resident that fails or is interrupted is thrown away; the next task
 * makes a new one, which loses nothing, since a task's whole input is its arguments.
 */
final class Resident<W extends AutoCloseable> {
  private static final Map<Key, Resident<?>> ALL = new ConcurrentHashMap<>();

  /** Spark's name of the executor that is the driver itself. */
  private static final String DRIVER = "driver";

  private final ExecutorService thread;
  private final AtomicInteger waiting = new AtomicInteger();
  private W object; // touched by the thread only

  private Resident(Key key) {
    thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread created = new Thread(task, "longtail " + key.role() + " " + key.worker());
              created.setDaemon(true);
              return created;
            });
  }

  /** What a resident is found by: its run, what it does there, and the index of its worker. */
  record Key(String run, String role, int worker) {}

  /** Work to do with the resident. */
  interface Work<W, T> {
    T with(W object) throws Exception;
  }

  /** Makes the resident; called on its thread. */
  interface Factory<W> {
    W create() throws Exception;
  }

  /** Does {@code work} with the resident of {@code key}, made first if this process has none. */
  static <W extends AutoCloseable, T> T call(Key key, Factory<W> factory, Work<W, T> work) {
    @SuppressWarnings("unchecked") // a key's role determines the class of its object
    Resident<W> resident = (Resident<W>) ALL.computeIfAbsent(key, Resident::new);
    Callable<T> step =
        () -> {
          if (resident.object == null) {
            resident.object = factory.create();
          }
          return work.with(resident.object);
        };
    resident.waiting.incrementAndGet();
    Future<T> result = resident.thread.submit(step);
    try {
      return result.get();
    } catch (InterruptedException e) {
      result.cancel(true);
      ALL.remove(key, resident);
      resident.dismiss();
      Thread.currentThread().interrupt();
      throw new LongTailException(
          ErrorCode.TRAINING, "worker %d was interrupted".formatted(key.worker()), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PeerLostException failure) {
        // it is others who failed
        throw failure;
      }
      ALL.remove(key, resident);
      resident.dismiss();
      if (e.getCause() instanceof LongTailException failure) {
        throw failure;
      }
      if (e.getCause() instanceof VirtualMachineError fatal && endsTheExecutor(fatal, executor())) {
        throw fatal;
      }
      throw new LongTailException(
          ErrorCode.TRAINING,
          "worker %d failed: %s".formatted(key.worker(), e.getCause()),
          e.getCause());
    } finally {
      resident.waiting.decrementAndGet();
    }
  }

  /**
   * Whether Spark is to end this executor, as it does with one whose Java machine is broken, so
   * that the work goes on in others. Not in the driver's own process, which would end without a
   * word, and not where only JavaCPP's limit of native memory was reached, which the message says.
   */
  static boolean endsTheExecutor(VirtualMachineError error, String executor) {
    StackTraceElement[] trace = error.getStackTrace();
    boolean limit = trace.length > 0 && trace[0].getClassName().startsWith("org.bytedeco.");
    return !limit && !executor.equals(DRIVER);
  }

  private static String executor() {
    SparkEnv here = SparkEnv.get();
    return here == null ? "" : here.executorId();
  }

  /** The worker of {@code run} that is a resident as {@code role} with the fewest calls. */
  static OptionalInt idlest(String run, String role) {
    return ALL.entrySet().stream()
        .filter(entry -> entry.getKey().run().equals(run) && entry.getKey().role().equals(role))
        .min(
            Comparator.<Map.Entry<Key, Resident<?>>>comparingInt(
                    entry -> entry.getValue().waiting.get())
                .thenComparing(entry -> entry.getKey().worker()))
        .map(entry -> OptionalInt.of(entry.getKey().worker()))
        .orElseGet(OptionalInt::empty);
  }

  /** Dismisses all residents of {@code run} in this process. */
  static void dismissAll(String run) {
    List<Key> keys = ALL.keySet().stream().filter(key -> key.run().equals(run)).toList();
    for (Key key : keys) {
      Resident<?> resident = ALL.remove(key);
      if (resident != null) {
        resident.dismiss();
      }
    }
  }

  /** The workers of {@code run} that are residents of this process as {@code role}, ascending. */
  static List<Integer> workers(String run, String role) {
    return ALL.keySet().stream()
        .filter(key -> key.run().equals(run) && key.role().equals(role))
        .map(Key::worker)
        .sorted()
        .toList();
  }

  /** Dismisses the residents of {@code run} as {@code role} that are not {@code workers}. */
  static void dismissOthers(String run, String role, List<Integer> workers) {
    for (int worker : workers(run, role)) {
      if (!workers.contains(worker)) {
        Resident<?> resident = ALL.remove(new Key(run, role, worker));
        if (resident != null) {
          resident.dismiss();
        }
      }
    }
  }

  /** How many residents this process holds for {@code run}. */
  static long count(String run) {
    return ALL.keySet().stream().filter(key -> key.run().equals(run)).count();
  }

  /** Closes the object once the work under way has ended; does not wait for it. */
  private void dismiss() {
    thread.execute(
        () -> {
          if (object == null) {
            return;
          }
          try {
            object.close();
          } catch (Exception e) {
            throw new IllegalStateException("could not close " + object, e);
          }
        });
    thread.shutdown();
  }
}
