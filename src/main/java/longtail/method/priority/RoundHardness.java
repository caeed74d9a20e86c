package longtail.method.priority;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import longtail.method.Contribution;

/** How hard a worker found the images of a round's steps, in their order. */
final class RoundHardness {
  private static final int ENTRY = Long.BYTES + Integer.BYTES + Double.BYTES;

  private record Measurement(long iteration, int row, double hardness) {}

  private final int epochs;
  private final double manualSum;
  private final List<Measurement> measurements = new ArrayList<>();

  /**
   * Nothing measured yet.
   *
   * @param epochs epochs of the stage that are finished
   * @param manualSum sum of the manual part of the priorities
   */
  RoundHardness(int epochs, double manualSum) {
    this.epochs = epochs;
    this.manualSum = manualSum;
  }

  /** The measurements that {@link #bytes} encoded. */
  static RoundHardness of(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    RoundHardness measurements = new RoundHardness(buffer.getInt(), buffer.getDouble());
    while (buffer.hasRemaining()) {
      measurements.measurements.add(
          new Measurement(buffer.getLong(), buffer.getInt(), buffer.getDouble()));
    }
    return measurements;
  }

  /** The measurements of workers. */
  static List<RoundHardness> of(List<Contribution> contributions) {
    return contributions.stream().map(Contribution::bytes).map(RoundHardness::of).toList();
  }

  int epochs() {
    return epochs;
  }

  double manualSum() {
    return manualSum;
  }

  /** The same measurements, with the manual part as it is after {@code finished} epochs. */
  RoundHardness after(int finished, double sum) {
    RoundHardness moved = new RoundHardness(finished, sum);
    moved.measurements.addAll(measurements);
    return moved;
  }

  /** Adds those of the step {@code iteration} of the stage. */
  void add(long iteration, int[] ofRows, double... hardness) {
    for (int i = 0; i < ofRows.length; i++) {
      measurements.add(new Measurement(iteration, ofRows[i], hardness[i]));
    }
  }

  /** Takes in how hard an image was found. */
  @FunctionalInterface
  interface Reported {
    void take(int row, double hardness);
  }

  /**
   * Tells {@code images} what all workers measured, step by step. Of an image that comes twice in a
   * step, the last place counts.
   */
  static void report(List<RoundHardness> ofWorkers, Reported images) {
    Map<Long, Map<Integer, Double>> steps = new TreeMap<>();
    for (RoundHardness worker : ofWorkers) {
      for (Measurement measurement : worker.measurements) {
        steps
            .computeIfAbsent(measurement.iteration, iteration -> new LinkedHashMap<>())
            .put(measurement.row, measurement.hardness);
      }
    }
    steps.values().forEach(step -> step.forEach(images::take));
  }

  byte[] bytes() {
    ByteBuffer buffer =
        ByteBuffer.allocate(Integer.BYTES + Double.BYTES + ENTRY * measurements.size());
    buffer.putInt(epochs).putDouble(manualSum);
    measurements.forEach(
        measurement ->
            buffer
                .putLong(measurement.iteration)
                .putInt(measurement.row)
                .putDouble(measurement.hardness));
    return buffer.array();
  }
}
