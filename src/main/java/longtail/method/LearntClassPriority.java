package longtail.method;

import java.util.Arrays;
import longtail.sample.ClassPriority;
import longtail.sample.ImageHardness;
import longtail.sample.Population;
import longtail.sample.PriorityOptions;
import longtail.sample.RowDraw;

/** The priorities of {@link ClassPriorities}. */
final class LearntClassPriority implements LearntPriority {
  private final ClassPriority priority;
  private final ImageHardness images;
  private final double[] probabilities;
  private int epochs;

  private LearntClassPriority(ClassPriority priority, ImageHardness images, int epochs) {
    this.priority = priority;
    this.images = images;
    this.epochs = epochs;
    double[] weights = priority.weights();
    double sum = Arrays.stream(weights).sum();
    probabilities = Arrays.stream(weights).map(weight -> weight / sum).toArray();
  }

  /** The priorities in {@code state}; empty at the beginning of a stage. */
  static LearntClassPriority of(
      PriorityOptions options, Population population, int stageEpochs, byte[] state) {
    ClassPriority priority = ClassPriority.of(options, population, stageEpochs);
    if (state.length == 0) {
      return new LearntClassPriority(priority, ImageHardness.unseen(options, population.size()), 0);
    }
    PriorityState known = PriorityState.of(options, state);
    if (known.images().rows() != population.size()) {
      throw new IllegalArgumentException(
          "the state of the priorities must be of %d images, was of %d"
              .formatted(population.size(), known.images().rows()));
    }
    priority.resume(known.epochs(), known.manualSum(), known.images());
    return new LearntClassPriority(priority, known.images(), known.epochs());
  }

  @Override
  public int epochs() {
    return epochs;
  }

  @Override
  public double manualSum() {
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
  public byte[] state() {
    return new PriorityState(epochs, manualSum(), images).bytes();
  }
}
