package longtail.collective;

import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The workers of a run as one of its processes sees them: its own, who share its memory, and those
 * of other processes, to which it is connected.
 *
 * <p>Workers of one process may be more than the cores that they have: they take turns, and who
 * waits for others lets another one compute.
 */
public final class PeerGroup implements AutoCloseable {
  /** Numbers that one thread adds at a time. */
  private static final int PIECE = 16 << 10;

  private final List<Integer> own;
  private final int workers;
  private final Lane steps; // null without other processes, like the next
  private final Lane background;
  private final Semaphore cores;
  private final Meeting<byte[]> messages;
  private final Meeting<double[]> sums;
  private final Meeting<Memory> averages;
  private final Map<Long, Bucket> buckets = new HashMap<>(); // by number
  private final ExecutorService bucketThread;
  private volatile List<byte[]> gathered = List.of();
  private final AtomicLong waitingSince = new AtomicLong(); // 0 if one computes
  private int waitingWorkers;
  private volatile boolean closed;

  private PeerGroup(List<Integer> own, int workers, Lane steps, Lane background, int simultaneous) {
    this.own = own;
    this.workers = workers;
    this.steps = steps;
    this.background = background;
    cores = new Semaphore(simultaneous, true);
    messages = new Meeting<>(own.size());
    sums = new Meeting<>(own.size());
    averages = new Meeting<>(own.size());
    bucketThread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "longtail background sums");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * All {@code workers} workers in this process, {@code simultaneous} of which compute at a time.
   */
  public static PeerGroup local(int workers, int simultaneous) {
    return new PeerGroup(
        IntStream.range(0, workers).boxed().toList(), workers, null, null, simultaneous);
  }

  /** The same, all of which compute at the same time. */
  public static PeerGroup local(int workers) {
    return local(workers, workers);
  }

  /**
   * Connects this process to all others of the group, each of which must do so, too.
   *
   * @param peers all processes in the same order with all
   * @param rank of this process among them
   * @param simultaneous how many of its workers compute at a time
   * @param listener where others reach this process
   * @throws IOException if one cannot be reached, does not come in time, or does not know the
   *     secret
   */
  public static PeerGroup connect(
      List<Peer> peers, int rank, int simultaneous, PeerSecret secret, PeerListener listener)
      throws IOException {
    int workers = peers.stream().mapToInt(peer -> peer.workers().size()).sum();
    List<Integer> own = peers.get(rank).workers();
    if (peers.size() == 1) {
      return new PeerGroup(own, workers, null, null, simultaneous);
    }
    PeerChannel[][] channels = listener.connect(peers, rank, secret);
    return new PeerGroup(
        own,
        workers,
        new Lane(rank, peers, channels[0], channels[1]),
        new Lane(rank, peers, channels[2], channels[3]),
        simultaneous);
  }

  /** Worker {@code index}, which must be one of this process, as it sees the others. */
  public WorkerCollective worker(int index) {
    int place = own.indexOf(index);
    if (place < 0) {
      throw new IllegalArgumentException(
          "worker %d is not in this process, which has %s".formatted(index, own));
    }
    return new Member(place);
  }

  /**
   * Lets {@code work} be done by a worker that has a core while it does not wait for others. All
   * that a worker computes between its questions to the others belongs in here.
   */
  public void compute(Runnable work) {
    cores.acquireUninterruptibly();
    try {
      work.run();
    } finally {
      cores.release();
    }
  }

  /** Since when all workers of this process wait for others, in milliseconds; 0 if one computes. */
  public long waitingMillis() {
    long since = waitingSince.get();
    return since == 0 ? 0 : (System.nanoTime() - since) / 1_000_000;
  }

  private synchronized void beginWaiting() {
    if (++waitingWorkers == own.size()) {
      waitingSince.set(Math.max(1, System.nanoTime()));
    }
  }

  private synchronized void endWaiting() {
    waitingWorkers--;
    waitingSince.set(0);
  }

  private long sentBytes() {
    return steps == null ? 0 : steps.sentBytes() + background.sentBytes();
  }

  /** Ends what is under way: all workers of the group fail. */
  @Override
  public void close() {
    closed = true;
    breakUp(new IOException("the group was closed"));
    if (steps != null) {
      steps.close();
      background.close();
    }
    bucketThread.shutdownNow();
  }

  private void breakUp(Throwable cause) {
    messages.breakUp(cause);
    sums.breakUp(cause);
    averages.breakUp(cause);
    synchronized (buckets) {
      buckets.values().forEach(bucket -> bucket.done.completeExceptionally(cause));
    }
  }

  /** Vectors of this process's workers whose sum was begun. */
  private final class Bucket {
    private final Memory[] vectors = new Memory[own.size()];
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int arrived;

    /** Adds one; whether it was the last one. */
    boolean bring(int place, Memory vector) {
      vectors[place] = vector;
      return ++arrived == vectors.length;
    }

    private void add() {
      try {
        double[] ones = new double[workers];
        Arrays.fill(ones, 1);
        if (background == null) {
          average(List.of(vectors), ones, 0, vectors[0].length());
        } else {
          background.average(List.of(vectors), ones);
        }
        done.complete(null);
      } catch (IOException | RuntimeException e) {
        done.completeExceptionally(e);
      }
    }
  }

  /** The weighted sum of all vectors, which are those of all workers, between two places. */
  private static void average(List<Memory> all, double[] weights, int from, int to) {
    double[] added = new double[Math.min(PIECE, to - from)];
    Memory.Scratch scratch = new Memory.Scratch(added.length);
    for (int at = from; at < to; at += added.length) {
      int n = Math.min(added.length, to - at);
      Arrays.fill(added, 0);
      for (int worker = 0; worker < weights.length; worker++) {
        if (weights[worker] != 0) {
          all.get(worker).addTo(added, scratch, at, n, weights[worker]);
        }
      }
      all.get(0).set(added, scratch, at, n);
      for (int worker = 1; worker < all.size(); worker++) {
        all.get(0).copyTo(all.get(worker), at, n);
      }
    }
  }

  private static void sum(List<double[]> vectors) {
    double[] first = vectors.get(0);
    for (int i = 0; i < first.length; i++) {
      double sum = 0;
      for (double[] vector : vectors) {
        sum += vector[i];
      }
      first[i] = sum;
    }
    for (double[] vector : vectors) {
      System.arraycopy(first, 0, vector, 0, first.length);
    }
  }

  /** One worker of this process. */
  private final class Member implements WorkerCollective {
    private final int place;
    private long waiting;
    private long sending;
    private long sentBefore;
    private long begun;

    Member(int place) {
      this.place = place;
    }

    @Override
    public int workers() {
      return workers;
    }

    @Override
    public List<byte[]> gather(byte[] message) {
      if (workers == 1) {
        return List.of(message);
      }
      long start = System.nanoTime();
      waiting(
          () ->
              messages.meet(
                  place,
                  message,
                  brought -> gathered = steps == null ? brought : steps.gather(brought)));
      waiting += System.nanoTime() - start;
      // The next messages cannot be there before this worker has sent its own.
      return gathered;
    }

    @Override
    public void sum(double[] values) {
      if (workers == 1) {
        return;
      }
      long start = System.nanoTime();
      waiting(
          () ->
              sums.meet(
                  place,
                  values,
                  brought -> {
                    if (steps == null) {
                      PeerGroup.sum(brought);
                    } else {
                      steps.sum(brought);
                    }
                  }));
      waiting += System.nanoTime() - start;
    }

    @Override
    public void sum(FloatBuffer values) {
      double[] ones = new double[workers];
      Arrays.fill(ones, 1);
      average(values, ones);
    }

    @Override
    public void average(FloatBuffer values, double[] weights) {
      if (workers > 1 && values.hasRemaining()) {
        average(Memory.of(values), weights);
      }
    }

    @Override
    public void average(DoubleBuffer values, double[] weights) {
      if (workers > 1 && values.hasRemaining()) {
        average(Memory.of(values), weights);
      }
    }

    private void average(Memory mine, double[] weights) {
      long start = System.nanoTime();
      if (steps == null) {
        part(mine, weights);
      } else {
        waiting(() -> averages.meet(place, mine, brought -> steps.average(brought, weights)));
      }
      sending += System.nanoTime() - start;
    }

    /** Every worker adds up a part, for all. */
    private void part(Memory mine, double[] weights) {
      List<Memory> all = waiting(() -> averages.meet(place, mine, brought -> {}));
      long length = mine.length();
      int from = (int) (length * place / workers);
      int to = (int) (length * (place + 1) / workers);
      if (to > from) {
        PeerGroup.average(all, weights, from, to);
      }
      waiting(() -> averages.meet(place, mine, brought -> {}));
    }

    /** Another worker may have the core meanwhile. */
    private <T> T waiting(Supplier<T> meeting) {
      beginWaiting();
      cores.release();
      try {
        return meeting.get();
      } finally {
        endWaiting();
        cores.acquireUninterruptibly();
      }
    }

    @Override
    public Pending begin(FloatBuffer values) {
      if (workers == 1 || !values.hasRemaining()) {
        return () -> {};
      }
      Memory mine = Memory.of(values);
      Bucket bucket;
      synchronized (buckets) {
        requireOpen();
        long number = begun++;
        bucket = buckets.computeIfAbsent(number, n -> new Bucket());
        if (bucket.bring(place, mine)) {
          buckets.remove(number);
          bucketThread.execute(bucket::add);
        }
      }
      return () -> await(bucket);
    }

    private void await(Bucket bucket) {
      long start = System.nanoTime();
      try {
        waiting(bucket.done::join);
      } catch (CompletionException | CancellationException e) {
        throw new PeerLostException("cannot go on with the other workers: " + e.getCause(), e);
      }
      sending += System.nanoTime() - start;
    }

    @Override
    public void requireOpen() {
      if (closed) {
        throw new PeerLostException("the group was closed", null);
      }
    }

    @Override
    public Spent spent() {
      long sent = sentBytes();
      Spent spent = new Spent(waiting, sending, (sent - sentBefore) / own.size());
      waiting = 0;
      sending = 0;
      sentBefore = sent;
      return spent;
    }
  }
}
