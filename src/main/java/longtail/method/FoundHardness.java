package longtail.method;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What {@link ImagePriorities} remembers: 12 bytes for each image that was seen.
 *
 * @param epochs epochs of the stage that are finished
 * @param movedAfter those after which the manual part was moved last; the next round catches up
 * @param manualSum sum of the manual part since then
 * @param images how hard images were found the last time, by row
 */
record FoundHardness(
    int epochs, int movedAfter, double manualSum, NavigableMap<Integer, Double> images) {
  private static final int HEADER = 2 * Integer.BYTES + Double.BYTES;
  private static final int ENTRY = Integer.BYTES + Double.BYTES;

  /** What {@link #bytes} encoded; nothing if there are none. */
  static FoundHardness of(byte[] bytes) {
    NavigableMap<Integer, Double> images = new TreeMap<>();
    if (bytes.length == 0) {
      return new FoundHardness(0, 0, Double.NaN, images);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int epochs = in.getInt();
    int movedAfter = in.getInt();
    double manualSum = in.getDouble();
    while (in.hasRemaining()) {
      images.put(in.getInt(), in.getDouble());
    }
    return new FoundHardness(epochs, movedAfter, manualSum, images);
  }

  /** This and what all workers found in the round that began with it, which is used up. */
  FoundHardness after(List<Findings> ofWorkers) {
    Findings.report(ofWorkers, images::put);
    // every worker began with the same state, so all have the same manual part
    Findings any = ofWorkers.get(0);
    return new FoundHardness(any.epochs(), epochs, any.manualSum(), images);
  }

  /** The state as bytes. */
  byte[] bytes() {
    ByteBuffer out = ByteBuffer.allocate(HEADER + ENTRY * images.size());
    out.putInt(epochs).putInt(movedAfter).putDouble(manualSum);
    images.forEach((row, hardness) -> out.putInt(row).putDouble(hardness));
    return out.array();
  }
}
