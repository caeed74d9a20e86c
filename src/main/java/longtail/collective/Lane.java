package longtail.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The connections of a process to all others, in which one operation follows the other, and the
 * operations themselves.
 *
 * <p>A vector is cut into as many slices as there are processes. Process {@code k} receives slice
 * {@code k} of all workers, adds it up in the order of the workers and sends the sum to all: so
 * each process sends and receives about twice the vector, however many there are. Slices travel in
 * pieces, every piece of a slice is added up and sent on as soon as it is there, and of all slices
 * at the same time, so that sending, adding and receiving go on beside each other. To one process
 * contributions and sums travel on connections of their own, for they have no common order.
 *
 * <p>No process waits for one that waits for it: pieces are sent in the same order to all, a
 * process receives what it needs for its earliest piece first, and a piece fits into the buffers of
 * a connection.
 */
final class Lane implements AutoCloseable {
  /** Numbers of one piece: a piece of all kinds stays in the cache of a core while it is added. */
  private static final int PIECE = 16 << 10;

  /** Bytes that are sent in passing, by the thread that will wait for the answers. */
  private static final int SHORT = 64 << 10;

  /** Up to so many numbers all send theirs to all: half the way there and back, more bytes. */
  private static final int FEW = 2 << 10;

  private final int rank;
  private final int[] processOf; // by worker
  private final int[] localWorkers;
  private final PeerChannel[] contributions; // by process, none to itself
  private final PeerChannel[] sums;
  private final ExecutorService sender;
  private final ExecutorService receiver;
  private final double[] added = new double[PIECE];
  private final Memory.Scratch scratch = new Memory.Scratch(PIECE);
  private ByteBuffer message = buffer(SHORT);
  private Memory arriving;

  /**
   * Takes over the connections.
   *
   * @param rank of this process
   * @param peers all processes, this one included
   */
  Lane(int rank, List<Peer> peers, PeerChannel[] contributions, PeerChannel[] sums) {
    this.rank = rank;
    this.contributions = contributions;
    this.sums = sums;
    localWorkers = peers.get(rank).workers().stream().mapToInt(Integer::intValue).toArray();
    processOf = new int[peers.stream().mapToInt(peer -> peer.workers().size()).sum()];
    for (int process = 0; process < peers.size(); process++) {
      for (int worker : peers.get(process).workers()) {
        processOf[worker] = process;
      }
    }
    sender = thread("longtail sends");
    receiver = thread("longtail receives");
  }

  private static ExecutorService thread(String name) {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private int processes() {
    return contributions.length;
  }

  /**
   * The messages of all workers.
   *
   * @param own those of this process's workers
   */
  List<byte[]> gather(List<byte[]> own) throws IOException {
    int bytes = own.stream().mapToInt(part -> Integer.BYTES + part.length).sum();
    ByteBuffer out = room(bytes);
    own.forEach(part -> out.putInt(part.length).put(part));
    out.flip();
    Future<?> sending = bytes > SHORT ? sender.submit(() -> sent(out)) : null;
    if (sending == null) {
      sent(out);
    }
    byte[][] all = new byte[processOf.length][];
    for (int worker = 0; worker < all.length; worker++) {
      all[worker] =
          processOf[worker] == rank
              ? own.get(local(worker))
              : received(contributions[processOf[worker]]);
    }
    if (sending != null) {
      finish(sending);
    }
    return List.of(all);
  }

  private static byte[] received(PeerChannel from) throws IOException {
    ByteBuffer length = buffer(Integer.BYTES);
    from.read(length);
    byte[] bytes = new byte[length.getInt(0)];
    from.read(ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Replaces the vectors of this process's workers, all of one length, by the sum of all. */
  void sum(List<double[]> own) throws IOException {
    int length = own.get(0).length;
    if (length > FEW) {
      List<Memory> copies = own.stream().map(Memory::copyOf).toList();
      double[] weights = new double[processOf.length];
      Arrays.fill(weights, 1);
      average(copies, weights);
      for (int i = 0; i < own.size(); i++) {
        copies.get(0).copyTo(own.get(i));
      }
      return;
    }
    ByteBuffer out = room(own.size() * length * Double.BYTES);
    for (double[] vector : own) {
      out.asDoubleBuffer().put(vector);
      out.position(out.position() + length * Double.BYTES);
    }
    sent(out.flip());
    double[] sum = new double[length];
    for (int worker = 0; worker < processOf.length; worker++) {
      if (processOf[worker] == rank) {
        double[] vector = own.get(local(worker));
        for (int i = 0; i < length; i++) {
          sum[i] += vector[i];
        }
      } else {
        ByteBuffer in = room(length * Double.BYTES).limit(length * Double.BYTES);
        contributions[processOf[worker]].read(in);
        for (int i = 0; i < length; i++) {
          sum[i] += in.getDouble(i * Double.BYTES);
        }
      }
    }
    own.forEach(vector -> System.arraycopy(sum, 0, vector, 0, length));
  }

  /** Sends the same to all others. */
  private Void sent(ByteBuffer bytes) throws IOException {
    for (int step = 1; step < processes(); step++) {
      contributions[(rank + step) % processes()].write(bytes.duplicate());
    }
    return null;
  }

  private ByteBuffer room(int bytes) {
    if (message.capacity() < bytes) {
      message = buffer(Math.max(bytes, 2 * message.capacity()));
    }
    return message.clear();
  }

  /**
   * Replaces the vectors of this process's workers by the weighted sum of all, see {@link
   * WorkerCollective#average}.
   */
  void average(List<Memory> own, double[] weights) throws IOException {
    Future<?> sending = sender.submit(() -> sendContributions(own, weights));
    Future<?> receiving = receiver.submit(() -> receiveSums(own));
    addUp(own, weights);
    finish(sending);
    finish(receiving);
  }

  private Void sendContributions(List<Memory> own, double[] weights) throws IOException {
    int length = own.get(0).length();
    for (int piece = 0; piece < mostPieces(length); piece++) {
      for (int step = 1; step < processes(); step++) {
        int to = (rank + step) % processes();
        int n = size(length, to, piece);
        for (int i = 0; n > 0 && i < own.size(); i++) {
          if (weights[localWorkers[i]] != 0) {
            contributions[to].write(own.get(i).bytes(at(length, to, piece), n));
          }
        }
      }
    }
    return null;
  }

  private void addUp(List<Memory> own, double[] weights) throws IOException {
    int length = own.get(0).length();
    for (int piece = 0; size(length, rank, piece) > 0; piece++) {
      int from = at(length, rank, piece);
      int n = size(length, rank, piece);
      Arrays.fill(added, 0, n, 0);
      for (int worker = 0; worker < weights.length; worker++) {
        if (weights[worker] == 0) {
          continue;
        }
        if (processOf[worker] == rank) {
          own.get(local(worker)).addTo(added, scratch, from, n, weights[worker]);
        } else {
          Memory in = arriving(own.get(0));
          contributions[processOf[worker]].read(in.bytes(0, n));
          in.addTo(added, scratch, 0, n, weights[worker]);
        }
      }
      own.get(0).set(added, scratch, from, n);
      for (int step = 1; step < processes(); step++) {
        sums[(rank + step) % processes()].write(own.get(0).bytes(from, n));
      }
      for (int i = 1; i < own.size(); i++) {
        own.get(0).copyTo(own.get(i), from, n);
      }
    }
  }

  private Void receiveSums(List<Memory> own) throws IOException {
    int length = own.get(0).length();
    for (int piece = 0; piece < mostPieces(length); piece++) {
      for (int step = 1; step < processes(); step++) {
        int of = (rank + step) % processes();
        int n = size(length, of, piece);
        if (n > 0) {
          int from = at(length, of, piece);
          sums[of].read(own.get(0).bytes(from, n));
          for (int i = 1; i < own.size(); i++) {
            own.get(0).copyTo(own.get(i), from, n);
          }
        }
      }
    }
    return null;
  }

  private Memory arriving(Memory type) {
    if (arriving == null || arriving.bytes(0, 1).remaining() != type.bytes(0, 1).remaining()) {
      arriving = type.like(PIECE);
    }
    return arriving;
  }

  /** First number of slice {@code slice}. */
  private int first(int length, int slice) {
    return (int) ((long) length * slice / processes());
  }

  private int at(int length, int slice, int piece) {
    return first(length, slice) + piece * PIECE;
  }

  /** Numbers of a piece; 0 behind the last one. */
  private int size(int length, int slice, int piece) {
    return Math.max(0, Math.min(PIECE, first(length, slice + 1) - at(length, slice, piece)));
  }

  private int mostPieces(int length) {
    return (length / processes() + 1 + PIECE - 1) / PIECE;
  }

  private int local(int worker) {
    return Arrays.binarySearch(localWorkers, worker);
  }

  private static void finish(Future<?> running) throws IOException {
    try {
      running.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure
          ? failure
          : new IOException(e.getCause().toString(), e.getCause());
    }
  }

  /** Bytes sent to other processes so far. */
  long sentBytes() {
    long sent = 0;
    for (PeerChannel channel : channels()) {
      sent += channel.sentBytes();
    }
    return sent;
  }

  private List<PeerChannel> channels() {
    List<PeerChannel> all = new ArrayList<>();
    for (int process = 0; process < processes(); process++) {
      if (process != rank) {
        all.add(contributions[process]);
        all.add(sums[process]);
      }
    }
    return all;
  }

  /** Ends what is under way, too. */
  @Override
  public void close() {
    channels().forEach(PeerChannel::close);
    sender.shutdownNow();
    receiver.shutdownNow();
  }
}
