package longtail.method;

import java.util.Arrays;
import java.util.List;
import longtail.sample.ClassPriority;
import longtail.sample.ImageHardness;
import longtail.sample.Population;
import longtail.sample.PriorityOptions;
import longtail.sample.RowDraw;

/** The priorities of {@link ClassPriorities}. */
final class LearntClassPriority implements LearntPriority {
  private final ClassPriority priority;
  private PriorityState known;
  private double[] probabilities;
  private int epochs;

  private LearntClassPriority(ClassPriority priority, PriorityState known) {
    this.priority = priority;
    begin(known);
  }

  /** The priorities in {@code state}; empty at the beginning of a stage. */
  static LearntClassPriority of(
      PriorityOptions options, Population population, int stageEpochs, byte[] state) {
    ClassPriority priority = ClassPriority.of(options, population, stageEpochs);
    if (state.length == 0) {
      ImageHardness unseen = ImageHardness.unseen(options, population.size());
      return new LearntClassPriority(priority, new PriorityState(0, manualSum(priority), unseen));
    }
    PriorityState known = PriorityState.of(options, state);
    if (known.images().rows() != population.size()) {
      throw new IllegalArgumentException(
          "the state of the priorities must be of %d images, was of %d"
              .formatted(population.size(), known.images().rows()));
    }
    priority.resume(known.epochs(), known.manualSum(), known.images());
    return new LearntClassPriority(priority, known);
  }

  /** Draws from now on with the priorities as they are, which {@code state} led to. */
  private void begin(PriorityState state) {
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
    PriorityState merged = known.after(Findings.of(contributions));
    priority.resume(merged.epochs(), merged.manualSum(), merged.images());
    begin(merged);
  }
}
