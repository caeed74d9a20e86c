package longtail.spark;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes HTTP connections on to a server, except that some are answered 503, some are slow, and all
 * of them are cut sooner or later in the middle of an answer, as those of a busy object store.
 */
final class FaultyRelay implements Closeable {
  private static final byte[] BUSY =
      """
      HTTP/1.1 503 Service Unavailable\r
      Content-Length: 0\r
      Connection: close\r
      \r
      """
          .getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket server;
  private final int port;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Random random = new Random(7);
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger cut = new AtomicInteger();
  private final AtomicInteger slow = new AtomicInteger();

  private FaultyRelay(ServerSocket server, int port) {
    this.server = server;
    this.port = port;
  }

  /** Before the server that listens on {@code port} of loopback. */
  static FaultyRelay before(int port) throws IOException {
    FaultyRelay relay =
        new FaultyRelay(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()), port);
    relay.threads.execute(relay::accept);
    return relay;
  }

  int port() {
    return server.getLocalPort();
  }

  /** Connections that were answered 503, cut off, slowed. */
  int[] faults() {
    return new int[] {refused.get(), cut.get(), slow.get()};
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        int chance;
        synchronized (random) {
          chance = random.nextInt(100);
        }
        threads.execute(() -> serve(client, chance));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client, int chance) {
    try (client) {
      if (chance < 10) {
        refused.incrementAndGet();
        if (client.getInputStream().read(new byte[1 << 16]) > 0) {
          client.getOutputStream().write(BUSY);
        }
        return;
      }
      try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), port)) {
        threads.execute(() -> copy(client, upstream, Long.MAX_VALUE));
        if (chance < 20) {
          slow.incrementAndGet();
          TimeUnit.MILLISECONDS.sleep(300);
        }
        if (copy(upstream, client, 20_000 + 2_000L * chance)) {
          cut.incrementAndGet();
        }
      }
    } catch (IOException e) {
      // one side is gone; its closing tells the other
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** At most {@code most} bytes, whether they were reached; both sides are closed then. */
  private static boolean copy(Socket from, Socket to, long most) {
    byte[] buffer = new byte[1 << 15];
    long left = most;
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      while (left > 0) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
          return false;
        }
        out.write(buffer, 0, read);
        out.flush();
        left -= read;
      }
      return true;
    } catch (IOException e) {
      return false; // one side is gone
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
