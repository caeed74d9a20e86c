package longtail.method.priority;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.List;
import longtail.method.Contribution;
import longtail.sample.ClassPriority;
import longtail.sample.ImageHardness;
import longtail.sample.Population;
import longtail.sample.PriorityOptions;
import longtail.sample.RowDraw;

/** The priorities of {@link ClassPriorities}. */
final class ClassPriorityState implements PriorityState {
  private final ClassPriority priority;
  private Snapshot known;
  private double[] probabilities;
  private int epochs;

  private ClassPriorityState(ClassPriority priority, Snapshot known) {
    this.priority = priority;
    begin(known);
  }

  /** The priorities in {@code state}; empty at the beginning of a stage. */
  static ClassPriorityState of(
      PriorityOptions options, Population population, int stageEpochs, byte[] state) {
    ClassPriority priority = ClassPriority.of(options, population, stageEpochs);
    if (state.length == 0) {
      ImageHardness unseen = ImageHardness.unseen(options, population.size());
      return new ClassPriorityState(priority, new Snapshot(0, manualSum(priority), unseen));
    }
    Snapshot known = Snapshot.of(options, state);
    if (known.images().rows() != population.size()) {
      throw new IllegalArgumentException(
          "the state of the priorities must be of %d images, was of %d"
              .formatted(population.size(), known.images().rows()));
    }
    priority.resume(known.epochs(), known.manualSum(), known.images());
    return new ClassPriorityState(priority, known);
  }

  /** Draws from now on with the priorities as they are, which {@code state} led to. */
  private void begin(Snapshot state) {
    known = state;
    epochs = state.epochs();
    double[] weights = priority.weights();
    double sum = Arrays.stream(weights).sum();
    probabilities = Arrays.stream(weights).map(weight -> weight / sum).toArray();
  }

  @Override
  public int epochs() {
    return epochs;
  }

  @Override
  public double manualSum() {
    return manualSum(priority);
  }

  private static double manualSum(ClassPriority priority) {
    return Arrays.stream(priority.fixed()).sum();
  }

  @Override
  public void endEpoch(int finished) {
    epochs = finished;
    priority.epochFinished(finished);
  }

  @Override
  public double[] classProbabilities() {
    return probabilities.clone();
  }

  @Override
  public RowDraw draw() {
    return RowDraw.ofClasses(probabilities);
  }

  @Override
  public byte[] toBytes() {
    return known.bytes();
  }

  @Override
  public void merge(List<Contribution> contributions) {
    Snapshot merged = known.after(RoundHardness.of(contributions));
    priority.resume(merged.epochs(), merged.manualSum(), merged.images());
    begin(merged);
  }

  /**
   * What the method remembers.
   *
   * @param epochs epochs of the stage that are finished
   * @param manualSum sum of the manual part
   * @param images how hard each image was found
   */
  record Snapshot(int epochs, double manualSum, ImageHardness images) {
    private static final int HEADER = Integer.BYTES + Double.BYTES;

    /** The state that {@link #bytes} encoded. */
    static Snapshot of(PriorityOptions options, byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      int epochs = buffer.getInt();
      double manualSum = buffer.getDouble();
      DoubleBuffer numbers = buffer.slice().asDoubleBuffer();
      double[] values = new double[numbers.remaining() / 2];
      double[] changes = new double[values.length];
      numbers.get(values).get(changes);
      return new Snapshot(epochs, manualSum, ImageHardness.of(options, values, changes));
    }

    /** This and what all workers found in the round that began with it, which is used up. */
    Snapshot after(List<RoundHardness> ofWorkers) {
      RoundHardness.report(ofWorkers, images::take);
      // every worker began with the same state, so all have the same manual part
      RoundHardness any = ofWorkers.get(0);
      return new Snapshot(any.epochs(), any.manualSum(), images);
    }

    /** The state as bytes. */
    byte[] bytes() {
      ByteBuffer buffer = ByteBuffer.allocate(HEADER + 2 * Double.BYTES * images.rows());
      buffer.putInt(epochs).putDouble(manualSum);
      buffer.slice().asDoubleBuffer().put(images.values()).put(images.changes());
      return buffer.array();
    }
  }
}
