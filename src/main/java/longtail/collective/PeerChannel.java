package longtail.collective;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A connection to another process. One thread may write while another reads. It waits without a
 * limit: whoever waits too long closes it from another thread, which ends both.
 *
 * <p>A socket of our own, not Spark's transport: between two processes on loopback an exchange of 1
 * KB took 28 microseconds over it and 105 over Spark's, which hands each message to other threads.
 */
class PeerChannel implements AutoCloseable {
  /**
   * Bytes that the sender may be ahead of the receiver. A piece of a vector must fit in, see {@link
   * Lane}; 1 and 4 MiB were equally fast on loopback.
   */
  private static final int SOCKET_BUFFER = 1 << 20;

  private final SocketChannel socket;
  private final AtomicLong sent = new AtomicLong();

  PeerChannel(SocketChannel socket) {
    this.socket = socket;
  }

  /** Sets what all connections of a group have; before they connect. */
  static void tune(SocketChannel socket) throws IOException {
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    socket.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
    socket.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
    socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
  }

  /** Sends everything between position and limit. */
  void write(ByteBuffer bytes) throws IOException {
    sent.addAndGet(bytes.remaining());
    while (bytes.hasRemaining()) {
      socket.write(bytes);
    }
  }

  /** Fills {@code bytes} up to its limit. */
  void read(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (socket.read(bytes) < 0) {
        throw new EOFException("the other process has closed the connection");
      }
    }
  }

  /** Bytes sent so far. */
  final long sentBytes() {
    return sent.get();
  }

  @Override
  public final void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
