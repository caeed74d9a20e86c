package longtail.collective;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * One averaging of two processes with a worker each, against the time that as many bytes take over
 * a connection between the two, both by turns: {@code 2 (W - 1) / W} of the vectors, there and back
 * at the same time. The vectors are a network's parameters and their momentum in float32.
 *
 * <p>Arguments: numbers of parameters, else those of ResNet-32 and ResNet-50.
 */
public final class AveragingBenchmark {
  private static final String HOST = "127.0.0.1";
  private static final int REPEATS = 25;
  private static final int SKIPPED = 5; // until the code is compiled
  private static final int CHUNK = 1 << 18;
  private static final double[] HALVES = {0.5, 0.5};

  private AveragingBenchmark() {}

  /** Starts the other process and measures; the other process gets {@code other} first. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 0 && arguments[0].equals("other")) {
      other(Arrays.copyOfRange(arguments, 1, arguments.length));
      return;
    }
    String[] lengths =
        arguments.length == 0 ? new String[] {"466906", "25557032"} : arguments;
    UUID group = UUID.randomUUID();
    byte[] key = PeerSecret.nonce(32);
    PeerListener listener = PeerListener.open(HOST, 0, 1);
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    String[] command = {
      "java", "-cp", System.getProperty("java.class.path"), AveragingBenchmark.class.getName()
    };
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(
        List.of(
            "other",
            group.toString(),
            HexFormat.of().formatHex(key),
            String.valueOf(listener.port()),
            String.valueOf(free)));
    all.addAll(List.of(lengths));
    Process process = new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader said =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(HOST, free));
      int port = Integer.parseInt(said.readLine());
      try (SocketChannel raw = server.accept()) {
        PeerChannel.tune(raw);
        measure(listener, listener.port(), port, 0, new PeerSecret(group, key, false), raw, lengths);
      }
    } finally {
      process.destroy();
    }
    System.exit(0);
  }

  private static void other(String... arguments) throws Exception {
    PeerListener listener = PeerListener.open(HOST, 0, 1);
    new PrintWriter(System.out, true, StandardCharsets.UTF_8).println(listener.port());
    byte[] key = HexFormat.of().parseHex(arguments[1]);
    try (SocketChannel raw = SocketChannel.open()) {
      PeerChannel.tune(raw);
      raw.connect(new InetSocketAddress(HOST, Integer.parseInt(arguments[3])));
      measure(
          listener,
          Integer.parseInt(arguments[2]),
          listener.port(),
          1,
          new PeerSecret(UUID.fromString(arguments[0]), key, false),
          raw,
          Arrays.copyOfRange(arguments, 4, arguments.length));
    }
    System.exit(0);
  }

  private static void measure(
      PeerListener listener,
      int firstPort,
      int secondPort,
      int rank,
      PeerSecret secret,
      SocketChannel raw,
      String... lengths)
      throws Exception {
    List<Peer> peers =
        List.of(new Peer(HOST, firstPort, List.of(0)), new Peer(HOST, secondPort, List.of(1)));
    try (PeerGroup group = PeerGroup.connect(peers, rank, 1, secret, listener)) {
      WorkerCollective worker = group.worker(rank);
      for (String length : lengths) {
        int parameters = Integer.parseInt(length);
        FloatBuffer values = floats(parameters);
        FloatBuffer momentum = floats(parameters);
        double[] averaging = new double[REPEATS];
        double[] sending = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
          worker.gather(new byte[0]);
          long start = System.nanoTime();
          worker.average(values.duplicate(), HALVES);
          worker.average(momentum.duplicate(), HALVES);
          averaging[i] = (System.nanoTime() - start) / 1e6;
          worker.gather(new byte[0]);
          start = System.nanoTime();
          exchange(raw, 2L * parameters * Float.BYTES);
          sending[i] = (System.nanoTime() - start) / 1e6;
        }
        if (rank == 0) {
          System.out.printf(
              Locale.ROOT,
              "%,d parameters and momentum: averaging %.2f ms, the same bytes over TCP %.2f ms, %.2fx%n",
              parameters,
              median(averaging),
              median(sending),
              median(averaging) / median(sending));
        }
      }
    }
  }

  private static FloatBuffer floats(int length) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(length, Float.BYTES))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Sends {@code bytes} and receives as many at the same time. */
  private static void exchange(SocketChannel channel, long bytes) throws Exception {
    Thread sending =
        new Thread(
            () -> {
              ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
              try {
                for (long left = bytes; left > 0; left -= CHUNK) {
                  chunk.clear().limit((int) Math.min(CHUNK, left));
                  while (chunk.hasRemaining()) {
                    channel.write(chunk);
                  }
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    sending.start();
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    for (long left = bytes; left > 0; ) {
      chunk.clear().limit((int) Math.min(CHUNK, left));
      int read = channel.read(chunk);
      if (read < 0) {
        throw new IOException("the other process has ended");
      }
      left -= read;
    }
    sending.join();
  }

  private static double median(double... times) {
    double[] sorted = Arrays.copyOfRange(times, SKIPPED, times.length);
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
