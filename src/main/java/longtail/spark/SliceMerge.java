package longtail.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.spark.Delivery.Failure;
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

  /**
   * Runs the job behind {@code deliveries}, one element per worker, and merges its results.
   *
   * @throws LongTailException the failure of the first worker that delivered one
   */
  static Outcome of(JavaRDD<Delivery> deliveries, int workers) {
    return workers == 1 ? single(deliveries) : sliced(deliveries, workers);
  }

  private static Outcome single(JavaRDD<Delivery> deliveries) {
    Delivery only = deliveries.first();
    only.failure().ifPresent(SliceMerge::raise);
    return new Outcome(
        MergedResult.ofWhole(List.of(only.result().orElseThrow())), List.of(only.attendance()));
  }

  private static Outcome sliced(JavaRDD<Delivery> deliveries, int workers) {
    JavaPairRDD<Integer, Share> shares =
        deliveries
            .flatMapToPair(delivery -> shares(delivery, workers))
            .partitionBy(new HashPartitioner(workers));
    List<Merged> merged = shares.values().mapPartitions(SliceMerge::merge).collect();
    shares.rdd().cleanShuffleDependencies(false);
    merged.stream().flatMap(m -> m.failures().stream()).findFirst().ifPresent(SliceMerge::raise);
    return new Outcome(
        MergedResult.of(merged.stream().flatMap(m -> m.slice().stream()).toList()),
        merged.get(0).attendances());
  }

  private static void raise(Failure failure) {
    throw failure.exception();
  }

  private static Iterator<Tuple2<Integer, Share>> shares(Delivery delivery, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            k ->
                new Tuple2<>(
                    k,
                    new Share(
                        delivery.result().map(result -> result.slice(k, count)),
                        delivery.failure(),
                        delivery.attendance())))
        .iterator();
  }

  private static Iterator<Merged> merge(Iterator<Share> arriving) {
    List<Share> shares = new ArrayList<>();
    arriving.forEachRemaining(shares::add);
    shares.sort(Comparator.comparingInt(share -> share.attendance().worker()));
    List<Failure> failures = shares.stream().flatMap(s -> s.failure().stream()).toList();
    List<ResultSlice> slices = shares.stream().flatMap(s -> s.slice().stream()).toList();
    return List.of(
            new Merged(
                failures.isEmpty() ? Optional.of(ResultSlice.merge(slices)) : Optional.empty(),
                failures,
                shares.stream().map(Share::attendance).toList()))
        .iterator();
  }

  /** One slice of a delivery on its way to its reducer. */
  record Share(Optional<ResultSlice> slice, Optional<Failure> failure, Attendance attendance)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** One merged slice on its way to the driver. */
  record Merged(Optional<MergedSlice> slice, List<Failure> failures, List<Attendance> attendances)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The merged results.
   *
   * @param merged the means over all workers
   * @param attendances who worked, in the order of the workers
   */
  record Outcome(MergedResult merged, List<Attendance> attendances) {}
}
