package longtail.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.spark.BarrierTaskContext;

/**
 * The workers of a round, each connected to each other: sums in the midst of a step.
 *
 * <p>A vector is cut into as many slices as there are workers; worker {@code k} receives slice
 * {@code k} from all, adds it up in the order of the workers and sends the sum back. So every
 * worker sends and receives about twice the vector, however many there are.
 *
 * <p>The connections last for one round. A worker that is lost breaks them; its partners fail, and
 * Spark repeats the round from the state of its beginning.
 */
final class Mesh implements Collective, AutoCloseable {
  private static final int PATIENCE_MILLIS = 300_000;

  private final int rank;
  private final Connection[] peers; // none to itself
  private final ExecutorService senders;

  private Mesh(int rank, Connection[] peers) {
    this.rank = rank;
    this.peers = peers;
    senders =
        Executors.newFixedThreadPool(
            Math.max(1, peers.length - 1),
            task -> {
              Thread thread = new Thread(task, "sums of worker " + rank);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Connects the tasks of a barrier stage; each calls it once, at its beginning. */
  static Mesh join(BarrierTaskContext context) {
    int rank = context.partitionId();
    String host = context.getTaskInfos()[rank].address().replaceAll(":\\d+$", "");
    try (Door door = Door.open(host, PATIENCE_MILLIS)) {
      // The first worker's secret keeps strangers out.
      String[] messages = context.allGather(host + " " + door.port() + " " + UUID.randomUUID());
      return new Mesh(rank, connect(rank, messages, door));
    } catch (IOException e) {
      throw broken("connect to the other workers", e);
    }
  }

  private static Connection[] connect(int rank, String[] messages, Door door) throws IOException {
    Connection[] peers = new Connection[messages.length];
    try {
      connect(rank, messages, door, peers);
      return peers;
    } catch (IOException e) {
      close(peers);
      throw e;
    }
  }

  private static void connect(int rank, String[] messages, Door door, Connection[] peers)
      throws IOException {
    UUID secret = UUID.fromString(messages[0].split(" ", 3)[2]);
    for (int k = 0; k < rank; k++) {
      String[] place = messages[k].split(" ", 3);
      Socket socket = new Socket();
      socket.connect(new InetSocketAddress(place[0], Integer.parseInt(place[1])), PATIENCE_MILLIS);
      peers[k] = Connection.greeting(socket, secret, rank, PATIENCE_MILLIS);
    }
    door.admit(secret, rank, peers);
  }

  @Override
  public int workers() {
    return peers.length;
  }

  @Override
  public void sum(double[] values) {
    try {
      List<Future<?>> sending = new ArrayList<>();
      for (int k = 0; k < peers.length; k++) {
        if (k != rank) {
          sending.add(send(k, values, from(values, k), from(values, k + 1)));
        }
      }
      double[] own = added(values);
      finish(sending);
      sending.clear();
      System.arraycopy(own, 0, values, from(values, rank), own.length);
      for (int k = 0; k < peers.length; k++) {
        if (k != rank) {
          sending.add(send(k, own, 0, own.length));
        }
      }
      for (int k = 0; k < peers.length; k++) {
        if (k != rank) {
          double[] slice = peers[k].receive(from(values, k + 1) - from(values, k));
          System.arraycopy(slice, 0, values, from(values, k), slice.length);
        }
      }
      finish(sending);
    } catch (IOException e) {
      throw broken("add up " + values.length + " numbers over the workers", e);
    }
  }

  /** This worker's slice, added up in the order of the workers. */
  private double[] added(double[] values) throws IOException {
    int first = from(values, rank);
    double[] sum = new double[from(values, rank + 1) - first];
    for (int k = 0; k < peers.length; k++) {
      if (k == rank) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += values[first + i];
        }
      } else {
        double[] slice = peers[k].receive(sum.length);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += slice[i];
        }
      }
    }
    return sum;
  }

  /** First element of slice {@code k}. */
  private int from(double[] values, int k) {
    return (int) ((long) values.length * k / peers.length);
  }

  private Future<?> send(int peer, double[] values, int from, int to) {
    return senders.submit(
        () -> {
          peers[peer].send(values, from, to);
          return null;
        });
  }

  private static void finish(List<Future<?>> sending) throws IOException {
    for (Future<?> sent : sending) {
      try {
        sent.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (ExecutionException e) {
        throw new IOException("could not send", e.getCause());
      }
    }
  }

  private static LongTailException broken(String attempted, IOException cause) {
    return new LongTailException(
        ErrorCode.TRAINING,
        "cannot %s: %s; Spark repeats the round".formatted(attempted, cause.getMessage()),
        cause);
  }

  @Override
  public void close() {
    senders.shutdownNow();
    close(peers);
  }

  private static void close(Connection[] peers) {
    for (Connection peer : peers) {
      if (peer != null) {
        peer.close();
      }
    }
  }
}
