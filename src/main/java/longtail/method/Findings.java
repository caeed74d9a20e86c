package longtail.method;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How hard a worker found the images of a round's steps, in their order. */
final class Findings {
  private static final int ENTRY = Long.BYTES + Integer.BYTES + Double.BYTES;

  private record Finding(long iteration, int row, double hardness) {}

  private final int epochs;
  private final double manualSum;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * Nothing found yet.
   *
   * @param epochs epochs of the stage that are finished
   * @param manualSum sum of the manual part of the priorities
   */
  Findings(int epochs, double manualSum) {
    this.epochs = epochs;
    this.manualSum = manualSum;
  }

  /** The findings that {@link #bytes} encoded. */
  static Findings of(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    Findings findings = new Findings(buffer.getInt(), buffer.getDouble());
    while (buffer.hasRemaining()) {
      findings.findings.add(new Finding(buffer.getLong(), buffer.getInt(), buffer.getDouble()));
    }
    return findings;
  }

  /** The findings of workers. */
  static List<Findings> of(List<Contribution> contributions) {
    return contributions.stream().map(Contribution::bytes).map(Findings::of).toList();
  }

  int epochs() {
    return epochs;
  }

  double manualSum() {
    return manualSum;
  }

  /** The same findings, with the manual part as it is after {@code finished} epochs. */
  Findings after(int finished, double sum) {
    Findings moved = new Findings(finished, sum);
    moved.findings.addAll(findings);
    return moved;
  }

  /** Adds those of the step {@code iteration} of the stage. */
  void add(long iteration, int[] ofRows, double... hardness) {
    for (int i = 0; i < ofRows.length; i++) {
      findings.add(new Finding(iteration, ofRows[i], hardness[i]));
    }
  }

  /** Takes in how hard an image was found. */
  @FunctionalInterface
  interface Reported {
    void take(int row, double hardness);
  }

  /**
   * Tells {@code images} what all workers found, step by step. Of an image that comes twice in a
   * step, the last place counts.
   */
  static void report(List<Findings> ofWorkers, Reported images) {
    Map<Long, Map<Integer, Double>> steps = new TreeMap<>();
    for (Findings worker : ofWorkers) {
      for (Finding finding : worker.findings) {
        steps
            .computeIfAbsent(finding.iteration, iteration -> new LinkedHashMap<>())
            .put(finding.row, finding.hardness);
      }
    }
    steps.values().forEach(step -> step.forEach(images::take));
  }

  byte[] bytes() {
    ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES + Double.BYTES + ENTRY * findings.size());
    buffer.putInt(epochs).putDouble(manualSum);
    findings.forEach(
        finding ->
            buffer.putLong(finding.iteration).putInt(finding.row).putDouble(finding.hardness));
    return buffer.array();
  }
}
