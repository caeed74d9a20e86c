package longtail.method;

import java.util.Arrays;
import longtail.sample.MixedPriority;
import longtail.sample.Population;
import longtail.sample.PriorityOptions;
import longtail.sample.RowDraw;

/** The priorities of {@link ImagePriorities}. */
final class LearntImagePriority implements LearntPriority {
  private final Population population;
  private final MixedPriority priority;
  private final FoundHardness found;
  private final RowDraw draw;
  private int epochs;

  private LearntImagePriority(Population population, MixedPriority priority, FoundHardness found) {
    this.population = population;
    this.priority = priority;
    this.found = found;
    epochs = found.epochs();
    draw = RowDraw.ofRows(priority.weights());
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
      priority.resume(found.movedAfter(), found.manualSum(), found.images());
      if (found.epochs() > found.movedAfter()) {
        priority.epochFinished(found.epochs());
      }
    }
    return new LearntImagePriority(population, priority, found);
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
  public byte[] state() {
    return found.bytes();
  }
}
