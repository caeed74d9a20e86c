package longtail.method.metasaug;

import java.nio.ByteBuffer;
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

  /**
   * The part of worker {@code worker} of {@code workers}.
   *
   * @throws LongTailException (CONFIG) if the message is for another number of workers
   */
  static byte[] part(byte[] states, int worker, int workers) {
    ByteBuffer in = ByteBuffer.wrap(states);
    int count = in.getInt();
    if (count != workers) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "each of the %d workers of this run has class statistics of its own (statistics: local), it cannot go on with %d: use --workers %d"
              .formatted(count, workers, count));
    }
    for (int before = 0; before < worker; before++) {
      int length = in.getInt();
      in.position(in.position() + length);
    }
    byte[] part = new byte[in.getInt()];
    in.get(part);
    return part;
  }
}
