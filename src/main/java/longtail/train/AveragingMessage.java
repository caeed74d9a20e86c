package longtail.train;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import longtail.method.Contribution;

/**
 * What a worker tells all others before they average.
 *
 * @param counters of its steps; the examples are its weight
 * @param last whether it wants the segment to end with this round
 * @param method what the method brings
 */
record AveragingMessage(Counters counters, boolean last, byte[] method) {
  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 + method.length);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      counters.write(out);
      out.writeBoolean(last);
      out.write(method);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static AveragingMessage of(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return new AveragingMessage(Counters.read(in), in.readBoolean(), in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sums over the workers. */
  static Counters total(List<AveragingMessage> ofWorkers) {
    return ofWorkers.stream().map(AveragingMessage::counters).reduce(Counters.NONE, Counters::plus);
  }

  /**
   * The weight of each worker's vectors: its part of the examples. A worker without examples has
   * none; if no worker has any, all count equally.
   */
  static double[] weights(List<AveragingMessage> ofWorkers) {
    long examples = total(ofWorkers).examples();
    return ofWorkers.stream()
        .mapToDouble(
            message ->
                // a single contributor has the weight 1, which leaves its numbers as they are
                examples == 0
                    ? 1.0 / ofWorkers.size()
                    : (double) message.counters.examples() / examples)
        .toArray();
  }

  static List<Contribution> contributions(List<AveragingMessage> ofWorkers) {
    return ofWorkers.stream()
        .map(message -> new Contribution(message.method, message.counters.examples()))
        .toList();
  }
}
