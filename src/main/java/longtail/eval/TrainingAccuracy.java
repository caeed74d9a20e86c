package longtail.eval;

import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;

/**
 * Accuracy of the answers given while training, where some batches have one label per sample and
 * others two mixed ones.
 *
 * <p>Each figure is taken over the plain and over the mixed samples, and the two are averaged by
 * their numbers of samples; classes of mixed samples count by the share of their label.
 */
public final class TrainingAccuracy {
  private final WeightedAccuracy plain;
  private final WeightedAccuracy mixed;
  private long plainSamples;
  private long mixedSamples;

  private TrainingAccuracy(ClassCounts training, Shots shots) {
    plain = WeightedAccuracy.of(training, shots);
    mixed = WeightedAccuracy.of(training, shots);
  }

  /**
   * No answers yet.
   *
   * @param training training images per class, which decide the groups
   * @param shots thresholds of the groups
   */
  public static TrainingAccuracy of(ClassCounts training, Shots shots) {
    return new TrainingAccuracy(training, shots);
  }

  /** Adds the answer to a sample of one label. */
  public void add(int label, int answer) {
    plain.add(label, answer, 1);
    plainSamples++;
  }

  /**
   * Adds the answer to a mixed sample.
   *
   * @param share of the first label, in [0, 1]; the second has the rest
   */
  public void addMixed(int first, int second, double share, int answer) {
    mixed.addMixed(first, second, share, answer);
    mixedSamples++;
  }

  /** Right fraction of all answers; 0 without any. */
  public double overall() {
    return average(plain.overall().orElse(0), mixed.overall().orElse(0));
  }

  /**
   * Mean accuracy of the classes of {@code group}. A group that occurs in no plain sample has
   * accuracy 0 there, as in {@link Evaluation}; NaN if there are mixed samples and the group occurs
   * in none of them.
   */
  public double accuracy(Shots.Group group) {
    return average(plain.ofGroup(group).orElse(0), mixed.ofGroup(group).orElse(Double.NaN));
  }

  private double average(double plainFigure, double mixedFigure) {
    RunningMean mean = new RunningMean();
    if (plainSamples > 0) {
      mean.add(plainFigure, plainSamples);
    }
    if (mixedSamples > 0) {
      mean.add(mixedFigure, mixedSamples);
    }
    return mean.mean();
  }
}
