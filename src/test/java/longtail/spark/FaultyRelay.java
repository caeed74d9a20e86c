package longtail.spark;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Passes HTTP connections on to a server, except that some are answered 503, some are slow, and all
 * of them are cut sooner or later in the middle of what is read, as those of a busy object store.
 * Uploads are left whole: the server of the tests would keep half of one, which a real store does
 * not.
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
        AtomicBoolean reads = new AtomicBoolean();
        threads.execute(() -> pass(client, upstream, request -> reads.set(isRead(request))));
        if (chance < 20) {
          slow.incrementAndGet();
          TimeUnit.MILLISECONDS.sleep(300);
        }
        AtomicLong left = new AtomicLong(4_000 + 400L * chance);
        pass(
            upstream,
            client,
            answer -> {
              if (left.addAndGet(-answer.remaining()) < 0 && reads.get()) {
                cut.incrementAndGet();
                throw new UncheckedIOException(new IOException("cut"));
              }
            });
      }
    } catch (IOException e) {
      // one side is gone; its closing tells the other
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isRead(ByteBuffer request) {
    return request.remaining() > 3
        && request.get(0) == 'G'
        && request.get(1) == 'E'
        && request.get(2) == 'T';
  }

  /** Until one side ends, or {@code seen} throws; both sides are closed then. */
  private static void pass(Socket from, Socket to, Consumer<ByteBuffer> seen) {
    byte[] buffer = new byte[1 << 13];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        seen.accept(ByteBuffer.wrap(buffer, 0, read));
        out.write(buffer, 0, read);
        out.flush();
      }
    } catch (IOException | UncheckedIOException e) {
      // one side is gone, or the connection was cut
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
