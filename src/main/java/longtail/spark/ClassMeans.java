package longtail.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import longtail.eval.FeatureMean;
import longtail.eval.NearestClassMean;
import longtail.eval.NearestClassMean.Mode;
import longtail.shard.NetworkOutput;
import longtail.shard.Samples;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Class means of a network's features over a dataset: every task sums up a part of the rows, the
 * sums of a class meet in a shuffle. Parts are added in their order, so the same number of tasks
 * gives the same bits.
 *
 * <p>Every image passes through the network once. Where all features must be known before one can
 * be averaged (see {@link Mode#CENTERED}) the executors keep them in between, on disk where memory
 * is short: {@code 4 width} bytes each.
 */
final class ClassMeans {
  private ClassMeans() {}

  /** Where features come from. */
  interface Source extends Serializable {
    /** Part {@code task} of {@code tasks}, batch by batch. */
    List<Labelled> part(int task, int tasks) throws IOException;
  }

  /** Opens a network with the rows to average over; the task closes it. */
  interface Opener extends Serializable {
    Scorer open() throws IOException;
  }

  /** The features that the network of {@code opener} gives. */
  static Source forward(Opener opener) {
    return (task, tasks) -> features(opener, task, tasks);
  }

  /** Features of some rows, {@code [rows, width]}, and their labels. */
  @SuppressWarnings("ArrayRecordComponent") // a message
  record Labelled(int[] labels, float[][] features) {}

  /** What one task knows of a class. */
  record Part(int task, FeatureMean mean) {}

  /**
   * The classifier of these means.
   *
   * @param classes number of classes
   * @param tasks number of tasks
   */
  static NearestClassMean of(
      JavaSparkContext spark, Source source, Mode mode, int classes, int tasks) {
    List<Integer> shares = IntStream.range(0, tasks).boxed().toList();
    JavaRDD<Labelled> features =
        spark.parallelize(shares, tasks).flatMap(task -> source.part(task, tasks).iterator());
    if (mode == Mode.CENTERED) {
      features.persist(StorageLevel.MEMORY_AND_DISK());
    }
    double[] mean = mode == Mode.CENTERED ? mean(features) : new double[0];
    List<Tuple2<Integer, FeatureMean>> means =
        Failures.unwrap(
            () ->
                features
                    .mapPartitionsToPair(rows -> sums(rows, mode, mean).iterator())
                    .groupByKey(tasks)
                    .mapValues(ClassMeans::merged)
                    .collect());
    features.unpersist();
    Map<Integer, FeatureMean> byClass = new TreeMap<>();
    means.forEach(pair -> byClass.put(pair._1(), pair._2()));
    int width = means.get(0)._2().mean().length;
    return NearestClassMean.of(
        mode, mode == Mode.CENTERED ? mean : new double[width], byClass, classes);
  }

  private static List<Labelled> features(Opener opener, int task, int tasks) throws IOException {
    List<Labelled> batches = new ArrayList<>();
    try (Scorer scorer = opener.open()) {
      scorer.visit(
          task,
          tasks,
          NetworkOutput.FEATURES,
          (rows, features) -> batches.add(new Labelled(labels(scorer.samples(), rows), features)));
    }
    return batches;
  }

  private static int[] labels(Samples samples, int... rows) {
    return Arrays.stream(rows).map(samples::label).toArray();
  }

  private static double[] mean(JavaRDD<Labelled> features) {
    List<FeatureMean> parts =
        Failures.unwrap(() -> features.mapPartitions(ClassMeans::sum).collect());
    return merged(parts).mean();
  }

  private static Iterator<FeatureMean> sum(Iterator<Labelled> batches) {
    List<FeatureMean> sums = new ArrayList<>();
    batches.forEachRemaining(
        batch -> {
          for (float[] row : batch.features()) {
            if (sums.isEmpty()) {
              sums.add(FeatureMean.of(row.length));
            }
            sums.get(0).add(NearestClassMean.doubles(row));
          }
        });
    return sums.iterator();
  }

  private static List<Tuple2<Integer, Part>> sums(
      Iterator<Labelled> batches, Mode mode, double... mean) {
    Map<Integer, FeatureMean> sums = new TreeMap<>();
    batches.forEachRemaining(
        batch -> {
          for (int i = 0; i < batch.labels().length; i++) {
            double[] feature = mode.apply(NearestClassMean.doubles(batch.features()[i]), mean);
            sums.computeIfAbsent(batch.labels()[i], c -> FeatureMean.of(feature.length))
                .add(feature);
          }
        });
    int task = TaskContext.getPartitionId();
    return sums.entrySet().stream()
        .map(sum -> new Tuple2<>(sum.getKey(), new Part(task, sum.getValue())))
        .toList();
  }

  private static FeatureMean merged(Iterable<Part> parts) {
    return merged(
        StreamSupport.stream(parts.spliterator(), false)
            .sorted(Comparator.comparingInt(Part::task))
            .map(Part::mean)
            .toList());
  }

  private static FeatureMean merged(List<FeatureMean> parts) {
    FeatureMean all = FeatureMean.of(parts.get(0).mean().length);
    parts.forEach(all::merge);
    return all;
  }
}
