package longtail.method;

import java.util.Arrays;
import java.util.List;
import longtail.sample.MixedPriority;
import longtail.sample.Population;
import longtail.sample.PriorityOptions;
import longtail.sample.RowDraw;

/** The priorities of {@link ImagePriorities}. */
final class LearntImagePriority implements LearntPriority {
  private final Population population;
  private final MixedPriority priority;
  private FoundHardness found;
  private RowDraw draw;
  private int epochs;

  private LearntImagePriority(Population population, MixedPriority priority, FoundHardness found) {
    this.population = population;
    this.priority = priority;
    begin(found);
  }

  /** The priorities in {@code state}; empty at the beginning of a stage. */
  static LearntImagePriority of(
      PriorityOptions options, Population population, int stageEpochs, byte[] state) {
    MixedPriority priority = MixedPriority.of(options, population, stageEpochs);
    FoundHardness found = FoundHardness.of(state);
    if (!found.images().isEmpty() && found.images().lastKey() >= population.size()) {
      throw new IllegalArgumentException(
          "the state of the priorities must be of %d images, has image %d"
              .formatted(population.size(), found.images().lastKey()));
    }
    if (state.length > 0) {
      resume(priority, found);
    }
    return new LearntImagePriority(population, priority, found);
  }

  private static void resume(MixedPriority priority, FoundHardness found) {
    priority.resume(found.movedAfter(), found.manualSum(), found.images());
    if (found.epochs() > found.movedAfter()) {
      priority.epochFinished(found.epochs());
    }
  }

  /** Draws from now on with the priorities as they are, which {@code state} led to. */
  private void begin(FoundHardness state) {
    found = state;
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

  /** The manual part moves with the next round, which knows what all workers found. */
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
    return found.bytes();
  }

  @Override
  public void merge(List<Contribution> contributions) {
    FoundHardness merged = found.after(Findings.of(contributions));
    resume(priority, merged);
    begin(merged);
  }
}
