package longtail.spark.job;

import java.io.IOException;
import java.io.Serializable;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import longtail.shard.DatasetPublisher;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** The shards that an interrupted job has left, read by the executors to be sure of their bytes. */
public final class FinishedShards {
  private FinishedShards() {}

  /** Whether a shard whose bytes are those that were written is to be kept. */
  @FunctionalInterface
  public interface Worth extends Serializable {
    /** Looks at shard {@code shard}. */
    boolean keep(int shard, Configuration conf) throws IOException;
  }

  /**
   * The shards of {@code publisher} that are still to be written, ascending.
   *
   * @param shards number of shards of the dataset
   */
  public static List<Integer> missing(
      JavaSparkContext spark, DatasetPublisher publisher, int shards, Worth worth) {
    BitSet there = new BitSet(shards);
    List<Integer> finished = publisher.finishedShards(spark.hadoopConfiguration());
    if (!finished.isEmpty()) {
      SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
      spark.sc().setJobDescription("verify %d finished shards".formatted(finished.size()));
      try {
        JobFailures.unwrap(
                () ->
                    spark
                        .parallelize(finished, finished.size())
                        .filter(
                            shard ->
                                publisher.isIntact(shard, hadoop.value())
                                    && worth.keep(shard, hadoop.value()))
                        .collect())
            .forEach(there::set);
      } finally {
        spark.sc().setJobDescription(null);
      }
    }
    return IntStream.range(0, shards).filter(shard -> !there.get(shard)).boxed().toList();
  }
}
