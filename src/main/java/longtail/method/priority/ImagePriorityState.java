package longtail.method.priority;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import longtail.method.Contribution;
import longtail.sample.MixedPriority;
import longtail.sample.Population;
import longtail.sample.PriorityOptions;
import longtail.sample.RowDraw;

/** The priorities of {@link ImagePriorities}. */
final class ImagePriorityState implements PriorityState {
  private final Population population;
  private final MixedPriority priority;
  private Snapshot known;
  private RowDraw draw;
  private int epochs;

  private ImagePriorityState(Population population, MixedPriority priority, Snapshot known) {
    this.population = population;
    this.priority = priority;
    begin(known);
  }

  /** The priorities in {@code state}; empty at the beginning of a stage. */
  static ImagePriorityState of(
      PriorityOptions options, Population population, int stageEpochs, byte[] state) {
    MixedPriority priority = MixedPriority.of(options, population, stageEpochs);
    Snapshot known = Snapshot.of(state);
    if (!known.images().isEmpty() && known.images().lastKey() >= population.size()) {
      throw new IllegalArgumentException(
          "the state of the priorities must be of %d images, has image %d"
              .formatted(population.size(), known.images().lastKey()));
    }
    if (state.length > 0) {
      resume(priority, known);
    }
    return new ImagePriorityState(population, priority, known);
  }

  private static void resume(MixedPriority priority, Snapshot known) {
    priority.resume(known.movedAfter(), known.manualSum(), known.images());
    if (known.epochs() > known.movedAfter()) {
      priority.epochFinished(known.epochs());
    }
  }

  /** Draws from now on with the priorities as they are, which {@code state} led to. */
  private void begin(Snapshot state) {
    known = state;
    epochs = state.epochs();
    draw = RowDraw.ofRows(priority.weights());
  }

  @Override
  public int epochs() {
    return epochs;
  }

  @Override
  public double manualSum() {
    return Arrays.stream(priority.fixed()).sum();
  }

  /** The manual part moves with the next round, which knows what all workers known. */
  @Override
  public void endEpoch(int finished) {
    epochs = finished;
  }

  @Override
  public double[] classProbabilities() {
    double[] weights = weights();
    double sum = Arrays.stream(weights).sum();
    double[] probabilities = new double[population.counts().classes()];
    for (int row = 0; row < weights.length; row++) {
      probabilities[population.label(row)] += weights[row] / sum;
    }
    return probabilities;
  }

  /** Weight of each image, {@code [rows]}. */
  double[] weights() {
    return priority.weights();
  }

  @Override
  public RowDraw draw() {
    return draw;
  }

  @Override
  public byte[] toBytes() {
    return known.bytes();
  }

  @Override
  public void merge(List<Contribution> contributions) {
    Snapshot merged = known.after(RoundHardness.of(contributions));
    resume(priority, merged);
    begin(merged);
  }

  /**
   * What the method remembers: 12 bytes for each image that was seen.
   *
   * @param epochs epochs of the stage that are finished
   * @param movedAfter those after which the manual part was moved last; the next round catches up
   * @param manualSum sum of the manual part since then
   * @param images how hard images were found the last time, by row
   */
  record Snapshot(
      int epochs, int movedAfter, double manualSum, NavigableMap<Integer, Double> images) {
    private static final int HEADER = 2 * Integer.BYTES + Double.BYTES;
    private static final int ENTRY = Integer.BYTES + Double.BYTES;

    /** What {@link #bytes} encoded; nothing if there are none. */
    static Snapshot of(byte[] bytes) {
      NavigableMap<Integer, Double> images = new TreeMap<>();
      if (bytes.length == 0) {
        return new Snapshot(0, 0, Double.NaN, images);
      }
      ByteBuffer in = ByteBuffer.wrap(bytes);
      int epochs = in.getInt();
      int movedAfter = in.getInt();
      double manualSum = in.getDouble();
      while (in.hasRemaining()) {
        images.put(in.getInt(), in.getDouble());
      }
      return new Snapshot(epochs, movedAfter, manualSum, images);
    }

    /** This and what all workers found in the round that began with it, which is used up. */
    Snapshot after(List<RoundHardness> ofWorkers) {
      RoundHardness.report(ofWorkers, images::put);
      // every worker began with the same state, so all have the same manual part
      RoundHardness any = ofWorkers.get(0);
      return new Snapshot(any.epochs(), epochs, any.manualSum(), images);
    }

    /** The state as bytes. */
    byte[] bytes() {
      ByteBuffer out = ByteBuffer.allocate(HEADER + ENTRY * images.size());
      out.putInt(epochs).putInt(movedAfter).putDouble(manualSum);
      images.forEach((row, hardness) -> out.putInt(row).putDouble(hardness));
      return out.array();
    }
  }
}
