package longtail.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import longtail.train.MergedResult;
import longtail.train.MergedSlice;
import longtail.train.ResultSlice;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * The mean of the workers' results, computed where the workers are: every reducer owns one slice of
 * the flat vectors, so the driver receives one vector however many workers there are.
 *
 * <p>Each slice is summed in float64 in the order of the workers: neither the order of arrival nor
 * a repeated task changes a bit.
 */
final class SliceMerge {
  private SliceMerge() {}

  /** Runs the job behind {@code deliveries}, one element per worker, and merges its results. */
  static Outcome of(JavaRDD<Delivery> deliveries, int workers) {
    if (workers == 1) {
      List<Delivery> all = deliveries.collect();
      return new Outcome(
          MergedResult.ofWhole(all.stream().map(Delivery::result).toList()),
          all.stream().map(Delivery::attendance).toList());
    }
    JavaPairRDD<Integer, Share> shares =
        deliveries
            .flatMapToPair(delivery -> shares(delivery, workers))
            .partitionBy(new HashPartitioner(workers));
    List<Merged> merged = shares.values().mapPartitions(SliceMerge::merge).collect();
    shares.rdd().cleanShuffleDependencies(false);
    return new Outcome(
        MergedResult.of(merged.stream().map(Merged::slice).toList()),
        merged.stream()
            .filter(share -> share.slice().slice() == 0)
            .flatMap(share -> share.attendances().stream())
            .toList());
  }

  private static Iterator<Tuple2<Integer, Share>> shares(Delivery delivery, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            k ->
                new Tuple2<>(
                    k, new Share(delivery.result().slice(k, count), delivery.attendance())))
        .iterator();
  }

  private static Iterator<Merged> merge(Iterator<Share> shares) {
    List<ResultSlice> slices = new ArrayList<>();
    List<Attendance> attendances = new ArrayList<>();
    shares.forEachRemaining(
        share -> {
          slices.add(share.slice());
          attendances.add(share.attendance());
        });
    return List.of(new Merged(ResultSlice.merge(slices), attendances)).iterator();
  }

  /** One slice on its way to its reducer. */
  record Share(ResultSlice slice, Attendance attendance) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** One slice on its way to the driver. */
  record Merged(MergedSlice slice, List<Attendance> attendances) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The merged results, and who worked, in the order of the workers.
   *
   * @param merged the means over all workers
   * @param attendances one for each worker
   */
  record Outcome(MergedResult merged, List<Attendance> attendances) {
    Outcome {
      attendances =
          attendances.stream().sorted(Comparator.comparingInt(Attendance::worker)).toList();
    }
  }
}
