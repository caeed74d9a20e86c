package longtail.shard;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import longtail.image.codec.ImageCodec;
import org.apache.hadoop.conf.Configuration;

/**
 * What it takes to hold the shards of a prepared dataset against their digests, beside decoding
 * their images once: processor time of one thread, after a few passes.
 *
 * <p>Argument: the directory of the dataset.
 */
public final class VerificationBenchmark {
  private static final int SKIPPED = 3; // until the code is compiled
  private static final int PASSES = 10;

  private VerificationBenchmark() {}

  /** One pass. */
  private interface Work {
    void run() throws IOException;
  }

  /** Measures and prints a line. */
  public static void main(String[] arguments) throws IOException {
    Configuration conf = new Configuration();
    ShardedDataset dataset = ShardedDataset.open(arguments[0], conf);
    double verifying =
        seconds(
            () -> {
              for (int shard = 0; shard < dataset.shards(); shard++) {
                VerifiedShards.verify(dataset, shard, conf);
              }
            });
    double decoding;
    try (ShardReader reader = new ShardReader(dataset, conf, 0)) {
      decoding =
          seconds(
              () -> {
                for (int row = 0; row < dataset.samples().size(); row++) {
                  ImageCodec.open(reader.read(row)).whole();
                }
              });
    }
    double megabytes = dataset.bytes() / 1e6;
    System.out.printf(
        Locale.ROOT,
        "%.1f MB, %d images: verified at %.0f MB/s, %.2f %% of the %.2f s that decoding all of them once takes%n",
        megabytes,
        dataset.samples().size(),
        megabytes / verifying,
        100 * verifying / decoding,
        decoding);
  }

  /** Median of the passes. */
  private static double seconds(Work work) throws IOException {
    double[] passes = new double[PASSES];
    for (int pass = -SKIPPED; pass < PASSES; pass++) {
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      work.run();
      long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
      if (pass >= 0) {
        passes[pass] = nanos / 1e9;
      }
    }
    Arrays.sort(passes);
    return passes[PASSES / 2];
  }
}
