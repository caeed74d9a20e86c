package longtail.spark.dl4j;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import longtail.train.Counters;
import longtail.train.checkpoint.FlatVector;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * The mean of the results of {@link LongTailTrainingMaster}'s workers, computed where they are:
 * every reducer has one slice of the vectors, so the driver receives one result however many
 * workers there are. Slices are added up in float64 in the order of the workers, weighted by
 * examples, so neither the order of arrival nor a repeated task changes a bit.
 */
final class GraphAverage {
  private GraphAverage() {}

  /** The mean of {@code results}, of which there are {@code workers}. */
  static GraphTrainingResult of(JavaRDD<GraphTrainingResult> results, int workers) {
    List<Tuple2<Integer, GraphTrainingResult>> slices =
        results
            .flatMapToPair(
                result ->
                    IntStream.range(0, workers)
                        .mapToObj(k -> new Tuple2<>(k, result.slice(k, workers)))
                        .iterator())
            .groupByKey(workers)
            .mapValues(GraphAverage::mean)
            .collect();
    List<GraphTrainingResult> inOrder =
        slices.stream().sorted(Comparator.comparing(Tuple2::_1)).map(Tuple2::_2).toList();
    return new GraphTrainingResult(
        0,
        FlatVector.concatenate(inOrder.stream().map(GraphTrainingResult::parameters).toList()),
        FlatVector.concatenate(inOrder.stream().map(GraphTrainingResult::updater).toList()),
        inOrder.get(0).counters());
  }

  private static GraphTrainingResult mean(Iterable<GraphTrainingResult> slices) {
    List<GraphTrainingResult> inOrder =
        new ArrayList<>(
            StreamSupport.stream(slices.spliterator(), false)
                .sorted(Comparator.comparingInt(GraphTrainingResult::index))
                .toList());
    Counters total =
        inOrder.stream().map(GraphTrainingResult::counters).reduce(Counters.NONE, Counters::plus);
    double[] weights =
        inOrder.stream()
            .mapToDouble(
                slice ->
                    total.examples() == 0
                        ? 1.0 / inOrder.size()
                        : (double) slice.counters().examples() / total.examples())
            .toArray();
    return new GraphTrainingResult(
        0,
        FlatVector.sum(weights, inOrder.stream().map(GraphTrainingResult::parameters).toList()),
        FlatVector.sum(weights, inOrder.stream().map(GraphTrainingResult::updater).toList()),
        total);
  }
}
