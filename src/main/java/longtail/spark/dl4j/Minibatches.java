package longtail.spark.dl4j;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.datasets.iterator.IteratorMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import scala.Tuple2;

/** Examples dealt to workers and cut into minibatches, in an order that nothing disturbs. */
final class Minibatches {
  private Minibatches() {}

  /**
   * {@code data} as {@code workers} partitions of minibatches of {@code batchSize} examples, the
   * last of each partition possibly smaller. Data in as many partitions already stays where it is;
   * other data is dealt by its index in the RDD, not by order of arrival.
   */
  static JavaRDD<MultiDataSet> deal(JavaRDD<MultiDataSet> data, int workers, int batchSize) {
    JavaRDD<MultiDataSet> dealt =
        data.getNumPartitions() == workers
            ? data
            : data.zipWithIndex()
                .mapToPair(Tuple2::swap)
                .repartitionAndSortWithinPartitions(new RoundRobin(workers))
                .values();
    return dealt.mapPartitions(
        iterator ->
            iterator.hasNext() ? new IteratorMultiDataSetIterator(iterator, batchSize) : iterator);
  }

  /** Minibatches of the partition that has most. */
  static int longestPartition(JavaRDD<MultiDataSet> batches) {
    return batches.mapPartitions(iterator -> List.of(count(iterator)).iterator()).reduce(Math::max);
  }

  private static int count(Iterator<?> iterator) {
    int count = 0;
    for (; iterator.hasNext(); iterator.next()) {
      count++;
    }
    return count;
  }

  /** {@code iterator} behind its first {@code count} elements. */
  static <T> Iterator<T> skip(Iterator<T> iterator, int count) {
    for (int i = 0; i < count && iterator.hasNext(); i++) {
      iterator.next();
    }
    return iterator;
  }

  /** Element i goes to partition i modulo the number of partitions. */
  private static final class RoundRobin extends Partitioner {
    private static final long serialVersionUID = 1L;

    private final int partitions;

    RoundRobin(int partitions) {
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object key) {
      return (int) ((Long) key % partitions);
    }
  }
}
