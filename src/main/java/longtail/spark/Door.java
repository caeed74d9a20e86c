package longtail.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Where other workers call to join a {@link Mesh}. Who says nothing for some seconds, or does not
 * know the secret, is hung up on, and holds up nobody.
 */
final class Door implements AutoCloseable {
  private static final int GREETING_MILLIS = 3_000;

  private final ServerSocket socket;
  private final int patience;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "door of a worker");
            thread.setDaemon(true);
            return thread;
          });

  /** Who called, and knew the secret. */
  private record Caller(int rank, Connection connection) {}

  private Door(ServerSocket socket, int patience) {
    this.socket = socket;
    this.patience = patience;
  }

  /**
   * A door at a free port of {@code host}.
   *
   * @param patience milliseconds to wait for all workers, and later for each of their messages
   */
  static Door open(String host, int patience) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    return new Door(socket, patience);
  }

  int port() {
    return socket.getLocalPort();
  }

  /**
   * Lets in every worker behind {@code rank}, to its place in {@code peers}.
   *
   * @throws IOException if one has not called in time
   */
  void admit(UUID secret, int rank, Connection[] peers) throws IOException {
    BlockingQueue<Caller> callers = new LinkedBlockingQueue<>();
    threads.execute(() -> accept(secret, callers));
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patience);
    for (int missing = peers.length - 1 - rank; missing > 0; ) {
      Caller caller = next(callers, end - System.nanoTime());
      if (caller == null) {
        throw new IOException(
            "%d of %d workers did not call within %d s"
                .formatted(missing, peers.length, patience / 1000));
      }
      int from = caller.rank();
      if (from <= rank || from >= peers.length || peers[from] != null) {
        caller.connection().close();
        continue;
      }
      peers[from] = caller.connection();
      missing--;
    }
  }

  private static Caller next(BlockingQueue<Caller> callers, long nanos) throws IOException {
    try {
      return callers.poll(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Until the door is closed. */
  private void accept(UUID secret, BlockingQueue<Caller> callers) {
    while (!socket.isClosed()) {
      try {
        Socket arrived = socket.accept();
        threads.execute(() -> greet(arrived, secret, callers));
      } catch (IOException | RuntimeException e) {
        // closed, or a caller that hung up: either way there is nobody to let in
        if (socket.isClosed()) {
          return;
        }
      }
    }
  }

  private void greet(Socket arrived, UUID secret, BlockingQueue<Caller> callers) {
    try {
      Connection connection = Connection.of(arrived, GREETING_MILLIS);
      int rank = connection.greeter(secret);
      if (rank < 0) {
        connection.close();
      } else {
        connection.patience(patience);
        callers.add(new Caller(rank, connection));
      }
    } catch (IOException e) {
      hangUp(arrived);
    }
  }

  private static void hangUp(Socket arrived) {
    try {
      arrived.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nobody else is let in. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
