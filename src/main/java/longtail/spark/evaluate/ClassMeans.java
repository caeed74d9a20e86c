package longtail.spark.evaluate;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import longtail.eval.FeatureMean;
import longtail.eval.NearestClassMean;
import longtail.eval.NearestClassMean.Mode;
import longtail.nn.Network;
import longtail.shard.NetworkOutput;
import longtail.spark.job.JobFailures;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
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
public final class ClassMeans {
  private ClassMeans() {}

  /** Where features come from. */
  interface Source extends Serializable {
    /** Part {@code task} of {@code tasks}, batch by batch. */
    Iterator<Labelled> part(int task, int tasks) throws IOException;
  }

  /** Features of some rows, {@code [rows, width]}, and their labels. */
  @SuppressWarnings("ArrayRecordComponent") // a message
  public record Labelled(int[] labels, float[][] features) {}

  /** What one task knows of a class. */
  public record Part(int task, FeatureMean mean) {}

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
        spark.parallelize(shares, tasks).flatMap(task -> source.part(task, tasks));
    if (mode != Mode.CENTERED) {
      return merged(sums(features, mode), mode, classes);
    }
    features.persist(StorageLevel.MEMORY_AND_DISK());
    try {
      double[] mean =
          merged(JobFailures.unwrap(() -> features.mapPartitions(ClassMeans::sum).collect()))
              .mean();
      return merged(sums(features, mode, mean), mode, classes, mean);
    } finally {
      features.unpersist();
    }
  }

  private static JavaPairRDD<Integer, Part> sums(
      JavaRDD<Labelled> features, Mode mode, double... mean) {
    return features.mapPartitionsToPair(
        rows -> sums(rows, mode, TaskContext.getPartitionId(), mean).iterator());
  }

  /** The classifier of the means of {@code sums}, whose parts are those of {@code mode}. */
  public static NearestClassMean merged(
      JavaPairRDD<Integer, Part> sums, Mode mode, int classes, double... mean) {
    List<Tuple2<Integer, FeatureMean>> means =
        JobFailures.unwrap(
            () -> sums.groupByKey(sums.getNumPartitions()).mapValues(ClassMeans::merged).collect());
    Map<Integer, FeatureMean> byClass = new TreeMap<>();
    means.forEach(pair -> byClass.put(pair._1(), pair._2()));
    int width = means.get(0)._2().mean().length;
    return NearestClassMean.of(
        mode, mode == Mode.CENTERED ? mean : new double[width], byClass, classes);
  }

  /** The features of part {@code part} of {@code parts} of the rows of {@code scorer}. */
  public static Iterator<Labelled> labelled(Scorer scorer, Network network, int part, int parts) {
    Iterator<Scorer.Outputs> batches =
        scorer.outputs(network, part, parts, EnumSet.of(NetworkOutput.FEATURES));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return batches.hasNext();
      }

      @Override
      public Labelled next() {
        Scorer.Outputs batch = batches.next();
        int[] labels = Arrays.stream(batch.rows()).map(scorer.samples()::label).toArray();
        return new Labelled(labels, batch.of().get(NetworkOutput.FEATURES));
      }
    };
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

  /** Sums of each class over {@code batches}, which are part {@code task}. */
  public static List<Tuple2<Integer, Part>> sums(
      Iterator<Labelled> batches, Mode mode, int task, double... mean) {
    Map<Integer, FeatureMean> sums = new TreeMap<>();
    batches.forEachRemaining(
        batch -> {
          for (int i = 0; i < batch.labels().length; i++) {
            double[] feature = mode.apply(NearestClassMean.doubles(batch.features()[i]), mean);
            sums.computeIfAbsent(batch.labels()[i], c -> FeatureMean.of(feature.length))
                .add(feature);
          }
        });
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
