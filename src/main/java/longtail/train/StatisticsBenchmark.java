package longtail.train;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.statistics.ClassStatistics;
import longtail.statistics.Covariance;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Measures class statistics of random features, of which every class has some. */
public final class StatisticsBenchmark {
  private static final int FEATURES_PER_CLASS = 2;

  private final Covariance kind;
  private final int classes;
  private final int width;
  private final SplittableRandom random = RandomStreams.of(1);

  private StatisticsBenchmark(Covariance kind, int classes, int width) {
    this.kind = kind;
    this.classes = classes;
    this.width = width;
  }

  /** What it measures: statistics of {@code classes} classes of {@code width} features. */
  public static StatisticsBenchmark of(Covariance kind, int classes, int width) {
    return new StatisticsBenchmark(kind, classes, width);
  }

  /**
   * What was measured, times by the processor time of one thread.
   *
   * @param heapBytes what the statistics of all classes occupy in memory
   * @param messageBytes what they are as a message
   * @param batch images of one update
   * @param updateMilliseconds pooling the features of a batch, mean over a pass
   * @param mergeMilliseconds pooling them with those of another worker that saw every class
   * @param toBytesMilliseconds making the message
   * @param fromBytesMilliseconds reading it
   */
  public record Figures(
      long heapBytes,
      long messageBytes,
      int batch,
      double updateMilliseconds,
      double mergeMilliseconds,
      double toBytesMilliseconds,
      double fromBytesMilliseconds) {}

  /** Statistics in which every class has features, seen in batches of {@code batch}. */
  public ClassStatistics filled(int batch) {
    ClassStatistics statistics = ClassStatistics.empty(kind, classes, width);
    fill(statistics, batch);
    return statistics;
  }

  /** Measures with updates of {@code batch} features. */
  public Figures run(int batch) {
    filled(batch);
    long before = heap();
    ClassStatistics statistics = ClassStatistics.empty(kind, classes, width);
    double update = fill(statistics, batch);
    long after = heap();
    ClassStatistics other = filled(batch);
    double merge = milliseconds(() -> statistics.merge(other));
    byte[][] message = new byte[1][];
    double toBytes = milliseconds(() -> message[0] = statistics.toBytes());
    double fromBytes = milliseconds(() -> ClassStatistics.fromBytes(message[0]));
    return new Figures(after - before, message[0].length, batch, update, merge, toBytes, fromBytes);
  }

  /** Milliseconds of one update. */
  private double fill(ClassStatistics statistics, int batch) {
    int images = classes * FEATURES_PER_CLASS;
    double sum = 0;
    int updates = 0;
    for (int from = 0; from < images; from += batch) {
      int[] labels = new int[Math.min(batch, images - from)];
      int first = from;
      Arrays.setAll(labels, i -> (first + i) % classes);
      try (INDArray features = features(labels.length)) {
        sum += milliseconds(() -> statistics.add(features, labels));
      }
      updates++;
    }
    return sum / updates;
  }

  private INDArray features(int rows) {
    float[] numbers = new float[rows * width];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextDouble();
    }
    return Nd4j.createFromArray(numbers).reshape('c', new long[] {rows, width});
  }

  private static double milliseconds(Runnable work) {
    var clock = ManagementFactory.getThreadMXBean();
    long start = clock.getCurrentThreadCpuTime();
    work.run();
    return (clock.getCurrentThreadCpuTime() - start) / 1e6;
  }

  private static long heap() {
    var memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }
}
