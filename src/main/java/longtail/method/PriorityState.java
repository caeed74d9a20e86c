package longtail.method;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.List;
import longtail.sample.ImageHardness;
import longtail.sample.PriorityOptions;

/**
 * What {@link ClassPriorities} remembers.
 *
 * @param epochs epochs of the stage that are finished
 * @param manualSum sum of the manual part
 * @param images how hard each image was found
 */
record PriorityState(int epochs, double manualSum, ImageHardness images) {
  private static final int HEADER = Integer.BYTES + Double.BYTES;

  /** The state that {@link #bytes} encoded. */
  static PriorityState of(PriorityOptions options, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int epochs = buffer.getInt();
    double manualSum = buffer.getDouble();
    DoubleBuffer numbers = buffer.slice().asDoubleBuffer();
    double[] values = new double[numbers.remaining() / 2];
    double[] changes = new double[values.length];
    numbers.get(values).get(changes);
    return new PriorityState(epochs, manualSum, ImageHardness.of(options, values, changes));
  }

  /** This and what all workers found in the round that began with it, which is used up. */
  PriorityState after(List<Findings> ofWorkers) {
    Findings.report(ofWorkers, images::take);
    // every worker began with the same state, so all have the same manual part
    Findings any = ofWorkers.get(0);
    return new PriorityState(any.epochs(), any.manualSum(), images);
  }

  /** The state as bytes. */
  byte[] bytes() {
    ByteBuffer buffer = ByteBuffer.allocate(HEADER + 2 * Double.BYTES * images.rows());
    buffer.putInt(epochs).putDouble(manualSum);
    buffer.slice().asDoubleBuffer().put(images.values()).put(images.changes());
    return buffer.array();
  }
}
