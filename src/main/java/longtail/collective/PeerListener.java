package longtail.collective;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Where a process is reached by others of its groups, and from where it reaches them.
 *
 * <p>Both sides of a connection prove that they know the group's secret before either believes a
 * byte: each sends a nonce, and an HMAC of both nonces and of what the connection is for. Who says
 * nothing for some seconds, or proves nothing, is hung up on, and holds up nobody.
 */
public final class PeerListener implements AutoCloseable {
  /** Connections of a pair of processes: contributions and sums, in steps and in the background. */
  private static final int KINDS = 4;

  private static final int GREETING_SECONDS = 10;
  private static final int MEETING_SECONDS = 60;
  private static final int STRANGERS = 64;
  private static final int MAGIC = 0x4C54_5350;
  private static final int NONCE = 16;
  private static final int HELLO = 3 * Integer.BYTES + 16 + NONCE;

  private final ServerSocketChannel socket;
  private final String host;
  private final Map<UUID, Arrivals> groups = new ConcurrentHashMap<>();
  private final Semaphore strangers = new Semaphore(STRANGERS);
  private final ExecutorService threads = Executors.newCachedThreadPool(PeerListener::thread);
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(PeerListener::thread);

  private PeerListener(ServerSocketChannel socket, String host) {
    this.socket = socket;
    this.host = host;
    threads.execute(this::accept);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "longtail listens");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Listens at {@code host}, or at all addresses of this machine where that is not one of them.
   *
   * @param host by which others reach this process
   * @param port the first port to try; 0 for any free one
   * @param ports how many ports to try
   * @throws IOException if all of them are taken
   */
  public static PeerListener open(String host, int port, int ports) throws IOException {
    IOException last = null;
    for (int i = 0; i < Math.max(1, ports); i++) {
      ServerSocketChannel socket = ServerSocketChannel.open();
      try {
        bind(socket, host, port == 0 ? 0 : port + i);
        return new PeerListener(socket, host);
      } catch (IOException e) {
        socket.close();
        last = e;
      }
    }
    throw new IOException(
        "cannot listen at %s on port %d or one of the %d behind it: %s"
            .formatted(host, port, Math.max(0, ports - 1), last.getMessage()),
        last);
  }

  private static void bind(ServerSocketChannel socket, String host, int port) throws IOException {
    try {
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (BindException e) {
      if (e.getMessage() == null || !e.getMessage().contains("assign")) {
        throw e;
      }
      // Behind an address translation, as in a container.
      socket.bind(new InetSocketAddress(port));
    }
  }

  /** Where it listens. */
  public String host() {
    return host;
  }

  /** Where it listens. */
  public int port() {
    return socket.socket().getLocalPort();
  }

  /** Connections that processes behind this one open to it. */
  private static final class Arrivals {
    private final PeerSecret secret;
    private final int rank;
    private final PeerChannel[][] channels;
    private int missing;

    Arrivals(PeerSecret secret, int rank, int processes) {
      this.secret = secret;
      this.rank = rank;
      channels = new PeerChannel[KINDS][processes];
      missing = KINDS * (processes - 1 - rank);
    }

    /** Whether there is a place for it. */
    synchronized boolean add(int kind, int from, PeerChannel channel) {
      if (kind < 0 || kind >= KINDS || from <= rank || from >= channels[0].length) {
        return false;
      }
      if (channels[kind][from] != null) {
        return false;
      }
      channels[kind][from] = channel;
      missing--;
      notifyAll();
      return true;
    }

    synchronized void await() throws IOException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MEETING_SECONDS);
      while (missing > 0) {
        long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (millis <= 0) {
          throw new IOException(
              "%d connections of other executors have not come within %d s"
                  .formatted(missing, MEETING_SECONDS));
        }
        try {
          wait(millis);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", e);
        }
      }
    }

    synchronized void close() {
      for (PeerChannel[] ofKind : channels) {
        for (PeerChannel channel : ofKind) {
          if (channel != null) {
            channel.close();
          }
        }
      }
    }
  }

  /** Connects to all others of a group: the connections by kind and process, none to itself. */
  PeerChannel[][] connect(List<Peer> peers, int rank, PeerSecret secret) throws IOException {
    Arrivals arrivals = new Arrivals(secret, rank, peers.size());
    groups.put(secret.group(), arrivals);
    try {
      for (int other = 0; other < rank; other++) {
        for (int kind = 0; kind < KINDS; kind++) {
          PeerChannel channel = call(peers.get(other), kind, rank, secret);
          synchronized (arrivals) {
            arrivals.channels[kind][other] = channel;
          }
        }
      }
      arrivals.await();
      return arrivals.channels;
    } catch (IOException e) {
      arrivals.close();
      throw e;
    } finally {
      groups.remove(secret.group());
    }
  }

  /** Opens one connection to {@code peer}. */
  private PeerChannel call(Peer peer, int kind, int rank, PeerSecret secret) throws IOException {
    SocketChannel channel = SocketChannel.open();
    Future<?> deadline = hangUpAfter(channel, MEETING_SECONDS);
    try {
      PeerChannel.tune(channel);
      channel
          .socket()
          .connect(new InetSocketAddress(peer.host(), peer.port()), 1000 * MEETING_SECONDS);
      ByteBuffer hello = ByteBuffer.allocate(HELLO + NONCE);
      hello.putInt(MAGIC).putInt(kind).putInt(rank).put(secret.groupBytes());
      hello.put(PeerSecret.nonce(NONCE)).flip();
      write(channel, hello);
      byte[] nonce = read(channel, NONCE);
      byte[] said = hello.limit(HELLO + NONCE).position(HELLO).put(nonce).array();
      byte[] proof = read(channel, PeerSecret.PROOF);
      if (!MessageDigest.isEqual(proof, secret.proof("listener", said))) {
        throw new IOException("%s does not know the secret of this group".formatted(peer));
      }
      write(channel, ByteBuffer.wrap(secret.proof("caller", said)));
      return channel(channel, secret, said, "caller", "listener");
    } catch (IOException e) {
      channel.close();
      throw new IOException("cannot connect to %s: %s".formatted(peer, e.getMessage()), e);
    } finally {
      deadline.cancel(false);
    }
  }

  private static PeerChannel channel(
      SocketChannel socket, PeerSecret secret, byte[] said, String me, String other) {
    return secret.encrypts()
        ? new EncryptedChannel(socket, secret.aesKey(me, said), secret.aesKey(other, said))
        : new PeerChannel(socket);
  }

  private void accept() {
    while (socket.isOpen()) {
      try {
        SocketChannel arrived = socket.accept();
        if (strangers.tryAcquire()) {
          threads.execute(() -> greet(arrived));
        } else {
          arrived.close();
        }
      } catch (IOException e) {
        // closed, or a caller that hung up: either way there is nobody to let in
      }
    }
  }

  private void greet(SocketChannel arrived) {
    boolean welcome = false;
    Future<?> deadline = hangUpAfter(arrived, 2 * GREETING_SECONDS);
    try {
      PeerChannel.tune(arrived);
      byte[] hello = read(arrived, HELLO);
      ByteBuffer said = ByteBuffer.allocate(HELLO + NONCE).put(hello);
      said.put(PeerSecret.nonce(NONCE));
      ByteBuffer parts = ByteBuffer.wrap(hello);
      if (parts.getInt() != MAGIC) {
        return;
      }
      int kind = parts.getInt();
      int from = parts.getInt();
      Arrivals arrivals = group(new UUID(parts.getLong(), parts.getLong()));
      if (arrivals == null) {
        return;
      }
      write(arrived, said.duplicate().limit(HELLO + NONCE).position(HELLO));
      write(arrived, ByteBuffer.wrap(arrivals.secret.proof("listener", said.array())));
      byte[] proof = read(arrived, PeerSecret.PROOF);
      if (MessageDigest.isEqual(proof, arrivals.secret.proof("caller", said.array()))) {
        welcome =
            arrivals.add(
                kind, from, channel(arrived, arrivals.secret, said.array(), "listener", "caller"));
      }
    } catch (IOException e) {
      // A stranger, or a process whose group has ended; it learns it by the end of the connection.
    } finally {
      deadline.cancel(false);
      strangers.release();
      if (!welcome) {
        hangUp(arrived);
      }
    }
  }

  /** The group of that name; waits for it, since a caller may be the first to know of it. */
  private Arrivals group(UUID name) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GREETING_SECONDS);
    Arrivals arrivals = groups.get(name);
    while (arrivals == null && System.nanoTime() < end && socket.isOpen()) {
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      arrivals = groups.get(name);
    }
    return arrivals;
  }

  private Future<?> hangUpAfter(SocketChannel channel, int seconds) {
    return clock.schedule(() -> hangUp(channel), seconds, TimeUnit.SECONDS);
  }

  private static void hangUp(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(SocketChannel from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (from.read(bytes) < 0) {
        throw new IOException("the connection was closed during the greeting");
      }
    }
    return bytes.array();
  }

  private static void write(SocketChannel to, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  /** No connection is accepted any more; those that are stay. */
  @Override
  public void close() {
    threads.shutdownNow();
    clock.shutdownNow();
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
