package longtail.train;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import longtail.collective.WorkerCollective.Spent;

/**
 * What a worker counted during a round.
 *
 * @param examples images that were learned from
 * @param lossSum sum over the images of their loss
 * @param correct images whose largest logit was that of their class; a mixed image counts by the
 *     shares of its labels
 * @param waitNanos time spent waiting for decoded and augmented images
 * @param computeNanos time spent in forward, loss, backward and update
 * @param others what was spent on the other workers: inside the steps, and in the averaging before
 * @param figureSums sum over the images of what else the method reported, by name
 */
public record Counters(
    long examples,
    double lossSum,
    double correct,
    long waitNanos,
    long computeNanos,
    Spent others,
    Map<String, Double> figureSums)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Nothing counted. */
  public static final Counters NONE = new Counters(0, 0, 0, 0, 0);

  /** Counters without further figures. */
  public Counters(
      long examples, double lossSum, double correct, long waitNanos, long computeNanos) {
    this(examples, lossSum, correct, waitNanos, computeNanos, Spent.NOTHING, new TreeMap<>());
  }

  /** The same with what was spent on the other workers. */
  Counters with(Spent spent) {
    return new Counters(examples, lossSum, correct, waitNanos, computeNanos, spent, figureSums);
  }

  /** Writes all of it. */
  void write(DataOutput out) throws IOException {
    out.writeLong(examples);
    out.writeDouble(lossSum);
    out.writeDouble(correct);
    out.writeLong(waitNanos);
    out.writeLong(computeNanos);
    out.writeLong(others.waitingNanos());
    out.writeLong(others.sendingNanos());
    out.writeLong(others.sentBytes());
    out.writeInt(figureSums.size());
    for (Map.Entry<String, Double> figure : figureSums.entrySet()) {
      out.writeUTF(figure.getKey());
      out.writeDouble(figure.getValue());
    }
  }

  /** Reads what {@link #write} wrote. */
  static Counters read(DataInput in) throws IOException {
    long examples = in.readLong();
    double lossSum = in.readDouble();
    double correct = in.readDouble();
    long waitNanos = in.readLong();
    long computeNanos = in.readLong();
    Spent others = new Spent(in.readLong(), in.readLong(), in.readLong());
    Map<String, Double> figures = new TreeMap<>();
    for (int i = in.readInt(); i > 0; i--) {
      figures.put(in.readUTF(), in.readDouble());
    }
    return new Counters(examples, lossSum, correct, waitNanos, computeNanos, others, figures);
  }

  /** {@code figures} of {@code examples} images as sums. */
  static Map<String, Double> sums(Map<String, Double> figures, int examples) {
    Map<String, Double> sums = new TreeMap<>();
    figures.forEach((name, mean) -> sums.put(name, mean * examples));
    return sums;
  }

  /** The sums of both. */
  public Counters plus(Counters other) {
    Map<String, Double> figures = new TreeMap<>(figureSums);
    other.figureSums.forEach((name, sum) -> figures.merge(name, sum, Double::sum));
    return new Counters(
        examples + other.examples,
        lossSum + other.lossSum,
        correct + other.correct,
        waitNanos + other.waitNanos,
        computeNanos + other.computeNanos,
        others.plus(other.others),
        figures);
  }

  /** Mean loss of an image; 0 without images. */
  public double loss() {
    return examples == 0 ? 0 : lossSum / examples;
  }

  /** Fraction of the images that were classified correctly; 0 without images. */
  public double accuracy() {
    return examples == 0 ? 0 : correct / examples;
  }

  /** Means over the images of what else the method reported, by name. */
  public Map<String, Double> figures() {
    Map<String, Double> means = new TreeMap<>();
    figureSums.forEach((name, sum) -> means.put(name, sum / examples));
    return means;
  }
}
