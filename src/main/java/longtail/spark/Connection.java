package longtail.spark;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.UUID;

/** A connection to one other worker: vectors there and back. */
final class Connection implements AutoCloseable {
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  private Connection(Socket socket) throws IOException {
    this.socket = socket;
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  /** A connection over {@code socket} that waits at most {@code patience} milliseconds. */
  static Connection of(Socket socket, int patience) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(patience);
    return new Connection(socket);
  }

  /** The same, saying who calls. */
  static Connection greeting(Socket socket, UUID secret, int rank, int patience)
      throws IOException {
    Connection connection = of(socket, patience);
    ByteBuffer greeting = ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES);
    greeting.putLong(secret.getMostSignificantBits());
    greeting.putLong(secret.getLeastSignificantBits());
    greeting.putInt(rank);
    connection.out.write(greeting.array());
    connection.out.flush();
    return connection;
  }

  /** Who called; negative if it does not know the secret. */
  int greeter(UUID secret) throws IOException {
    UUID said = new UUID(in.readLong(), in.readLong());
    int rank = in.readInt();
    return said.equals(secret) ? rank : -1;
  }

  /** From now on waits at most {@code millis} milliseconds. */
  void patience(int millis) throws IOException {
    socket.setSoTimeout(millis);
  }

  /** Sends elements {@code from} (inclusive) to {@code to} (exclusive). */
  void send(double[] values, int from, int to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + (to - from) * Double.BYTES);
    bytes.putInt(to - from);
    bytes.asDoubleBuffer().put(values, from, to - from);
    out.write(bytes.array());
    out.flush();
  }

  /**
   * The next vector.
   *
   * @throws IOException if it has not {@code length} elements: the workers do different things
   */
  double[] receive(int length) throws IOException {
    int arriving = in.readInt();
    if (arriving != length) {
      throw new IOException(
          "the workers are out of step: %d numbers arrived where %d belong"
              .formatted(arriving, length));
    }
    byte[] bytes = new byte[length * Double.BYTES];
    in.readFully(bytes);
    double[] values = new double[length];
    ByteBuffer.wrap(bytes).asDoubleBuffer().get(values);
    return values;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
