package longtail.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import longtail.Collective;
import longtail.RandomStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever process a worker is in, and however many there are, the bits are the same. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class PeerGroupTest {
  private static final int WORKERS = 4;
  private static final double[] WEIGHTS = {.1, .25, 0, .65};

  /** Four workers in one, two, three and four processes, in rising order and mixed. */
  static List<List<List<Integer>>> placements() {
    return List.of(
        List.of(List.of(0, 1, 2, 3)),
        List.of(List.of(0, 1), List.of(2, 3)),
        List.of(List.of(1), List.of(0, 2, 3)),
        List.of(List.of(0, 3), List.of(2), List.of(1)),
        List.of(List.of(3), List.of(1), List.of(0), List.of(2)));
  }

  private static double[] numbers(int worker, int length) {
    SplittableRandom random = RandomStreams.of(7, worker, length);
    return random.doubles(length, -1, 1).toArray();
  }

  private static FloatBuffer floats(double... values) {
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(4 * values.length + 4)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    // Not at the beginning of the memory, as the parts of a flat vector are.
    buffer.position(1);
    for (double value : values) {
      buffer.put((float) value);
    }
    return buffer.position(1);
  }

  private static DoubleBuffer doubles(double... values) {
    return ByteBuffer.allocateDirect(8 * values.length)
        .order(ByteOrder.nativeOrder())
        .asDoubleBuffer()
        .put(values)
        .flip();
  }

  private static double[] array(FloatBuffer values) {
    double[] array = new double[values.remaining()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(values.position() + i);
    }
    return array;
  }

  private static double[] array(DoubleBuffer values) {
    double[] array = new double[values.remaining()];
    values.get(values.position(), array);
    return array;
  }

  @ParameterizedTest
  @MethodSource("placements")
  void sumsAreThoseInTheOrderOfTheWorkers(List<List<Integer>> placement) throws Exception {
    try (Processes processes = new Processes(false, placement)) {
      for (int length : new int[] {0, 1, 3, 130, 2_048, 2_049, 70_001}) {
        double[] expected = new double[length];
        for (int worker = 0; worker < WORKERS; worker++) {
          double[] part = numbers(worker, length);
          for (int i = 0; i < length; i++) {
            expected[i] += part[i];
          }
        }
        List<double[]> sums =
            processes.all(
                (worker, together) -> {
                  double[] values = numbers(worker, length);
                  together.sum(values);
                  return values;
                });
        assertThat(sums).allSatisfy(sum -> assertThat(sum).isEqualTo(expected));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("placements")
  void averagesAreWeightedSumsRoundedOnce(List<List<Integer>> placement) throws Exception {
    try (Processes processes = new Processes(false, placement)) {
      for (int length : new int[] {1, 3, 16_385, 200_003}) {
        double[] rounded = new double[length];
        double[] exact = new double[length];
        for (int worker = 0; worker < WORKERS; worker++) {
          double[] part = numbers(worker, length);
          for (int i = 0; i < length; i++) {
            rounded[i] += WEIGHTS[worker] * (float) part[i];
            exact[i] += WEIGHTS[worker] * part[i];
          }
        }
        double[] single = array(floats(rounded));
        List<double[][]> means =
            processes.all(
                (worker, together) -> {
                  FloatBuffer ofFloats = floats(numbers(worker, length));
                  DoubleBuffer ofDoubles = doubles(numbers(worker, length));
                  together.average(ofFloats, WEIGHTS);
                  together.average(ofDoubles, WEIGHTS);
                  return new double[][] {array(ofFloats), array(ofDoubles)};
                });
        for (double[][] mean : means) {
          assertThat(mean[0]).isEqualTo(single);
          assertThat(mean[1]).isEqualTo(exact);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("placements")
  void messagesOfAnyLengthReachAll(List<List<Integer>> placement) throws Exception {
    try (Processes processes = new Processes(true, placement)) {
      for (int length : new int[] {0, 5, 100_000, 3_000_000}) {
        List<List<byte[]>> gathered =
            processes.all((worker, together) -> together.gather(message(worker, length)));
        for (List<byte[]> all : gathered) {
          for (int worker = 0; worker < WORKERS; worker++) {
            assertThat(all.get(worker)).isEqualTo(message(worker, length));
          }
        }
      }
    }
  }

  private static byte[] message(int worker, int length) {
    byte[] bytes = new byte[length * worker / WORKERS];
    RandomStreams.of(worker, length).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @MethodSource("placements")
  void sumsInTheBackgroundGoOnBesideOthers(List<List<Integer>> placement) throws Exception {
    try (Processes processes = new Processes(true, placement)) {
      List<double[]> results =
          processes.all(
              (worker, together) -> {
                List<FloatBuffer> buckets = new ArrayList<>();
                List<Collective.Pending> pending = new ArrayList<>();
                double scalars = 0;
                for (int bucket = 0; bucket < 5; bucket++) {
                  FloatBuffer values = floats(numbers(worker, 40_000 + bucket));
                  buckets.add(values);
                  pending.add(together.begin(values));
                  scalars += together.sum(worker + bucket);
                }
                pending.forEach(Collective.Pending::await);
                assertThat(scalars).isEqualTo(5 * 6 + 4 * 10);
                return array(buckets.get(4));
              });
      double[] expected = new double[40_004];
      for (int worker = 0; worker < WORKERS; worker++) {
        double[] part = array(floats(numbers(worker, 40_004)));
        for (int i = 0; i < part.length; i++) {
          expected[i] += part[i];
        }
      }
      double[] rounded = array(floats(expected));
      assertThat(results).allSatisfy(sum -> assertThat(sum).isEqualTo(rounded));
    }
  }

  @Test
  void moreWorkersThanCoresTakeTurns() throws Exception {
    try (PeerGroup group = PeerGroup.local(3, 1)) {
      List<Thread> threads = new ArrayList<>();
      double[] sums = new double[3];
      for (int worker = 0; worker < 3; worker++) {
        int index = worker;
        WorkerCollective together = group.worker(worker);
        threads.add(
            new Thread(
                () ->
                    group.compute(
                        () -> {
                          for (int step = 0; step < 100; step++) {
                            sums[index] += together.sum(index + step);
                          }
                        })));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(sums).containsOnly(3 * 100 + 3 * 4950);
    }
  }

  @Test
  void aProcessThatIsGoneEndsTheOthersWait() throws Exception {
    try (Processes processes = new Processes(false, placements().get(3))) {
      Future<Double> waiting = processes.start(0, (worker, together) -> together.sum(1));
      Future<Double> beside = processes.start(3, (worker, together) -> together.sum(1));
      processes.group(2).close();
      assertThatThrownBy(waiting::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(PeerLostException.class);
      assertThatThrownBy(beside::get).hasCauseInstanceOf(PeerLostException.class);
    }
  }

  @Test
  void whoDoesNotKnowTheSecretIsNotLetIn() throws Exception {
    try (PeerListener here = PeerListener.open("127.0.0.1", 0, 1);
        PeerListener there = PeerListener.open("127.0.0.1", 0, 1);
        Socket silent = new Socket(InetAddress.getLoopbackAddress(), here.port())) {
      List<Peer> peers =
          List.of(
              new Peer("127.0.0.1", here.port(), List.of(0)),
              new Peer("127.0.0.1", there.port(), List.of(1)));
      PeerSecret secret = PeerSecret.random(false);
      PeerSecret guessed = new PeerSecret(secret.group(), new byte[32], false);
      Thread waiting =
          new Thread(
              () -> {
                try (PeerGroup group = PeerGroup.connect(peers, 0, 1, secret, here)) {
                  group.worker(0);
                } catch (IOException e) {
                  // interrupted below
                }
              });
      waiting.start();
      assertThatThrownBy(() -> PeerGroup.connect(peers, 1, 1, guessed, there))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("secret");
      try (PeerGroup group = PeerGroup.connect(peers, 1, 1, secret, there)) {
        assertThat(group.worker(1).workers()).isEqualTo(2);
      }
      waiting.join();
      assertThat(silent.isConnected()).isTrue();
    }
  }

  @Test
  void portsComeFromTheGivenRange() throws IOException {
    try (PeerListener first = PeerListener.open("127.0.0.1", 0, 1);
        PeerListener next = PeerListener.open("127.0.0.1", first.port(), 5)) {
      assertThat(next.port()).isBetween(first.port() + 1, first.port() + 4);
      assertThatThrownBy(() -> PeerListener.open("127.0.0.1", first.port(), 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(String.valueOf(first.port()));
    }
  }
}
