package longtail.method;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;

/** Messages that hold one message for each worker, in their order. */
final class WorkerStates {
  private WorkerStates() {}

  static byte[] of(List<byte[]> parts) {
    int length = parts.stream().mapToInt(part -> part.length + Integer.BYTES).sum();
    ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + length).putInt(parts.size());
    parts.forEach(part -> out.putInt(part.length).put(part));
    return out.array();
  }

  /** The parts where they lie, each from position 0 to its limit. */
  static List<ByteBuffer> parts(byte[] states) {
    ByteBuffer in = ByteBuffer.wrap(states);
    int count = in.getInt();
    List<ByteBuffer> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = in.getInt();
      parts.add(in.slice(in.position(), length));
      in.position(in.position() + length);
    }
    return parts;
  }

  /**
   * The parts of {@code workers} workers.
   *
   * @throws LongTailException (CONFIG) if the message is for another number of workers
   */
  static List<ByteBuffer> parts(byte[] states, int workers) {
    List<ByteBuffer> parts = parts(states);
    if (parts.size() != workers) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "each of the %d workers of this run has class statistics of its own (statistics: local), it cannot go on with %d: use --workers %d"
              .formatted(parts.size(), workers, parts.size()));
    }
    return parts;
  }

  /** The part of worker {@code worker} of {@code workers}, see {@link #parts(byte[], int)}. */
  static byte[] part(byte[] states, int worker, int workers) {
    ByteBuffer part = parts(states, workers).get(worker);
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    return bytes;
  }
}
