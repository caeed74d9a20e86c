package longtail.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.image.ImageCodec;
import longtail.image.RgbImage;
import longtail.shard.Samples;
import longtail.shard.ShardReader;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;

/**
 * The images of a prepared dataset, decoded. Those that fit into the budget stay in memory, first
 * come, first kept: an epoch visits all images equally often, so no other choice would be better.
 *
 * <p>However large the budgets of the workers in one process are, together they keep no more than
 * {@link MemoryBudget#PROCESS}.
 */
public final class DecodedShards implements ImageSupply {
  private final Samples samples;
  private final ShardReader reader;
  private final AtomicReferenceArray<RgbImage> kept;
  private final MemoryBudget budget;

  /** The images of {@code dataset}, of which up to {@code cacheBytes} are kept. */
  public DecodedShards(ShardedDataset dataset, long cacheBytes, Configuration conf) {
    samples = dataset.samples();
    reader = new ShardReader(dataset, conf, 0);
    kept = new AtomicReferenceArray<>(samples.size());
    budget = new MemoryBudget(cacheBytes);
  }

  @Override
  public RgbImage image(int row) {
    RgbImage known = kept.get(row);
    if (known != null) {
      return known;
    }
    RgbImage decoded = decode(row);
    keep(row, decoded);
    return decoded;
  }

  private void keep(int row, RgbImage image) {
    int bytes = image.pixels().length;
    if (!budget.take(bytes)) {
      return;
    }
    if (MemoryBudget.PROCESS.take(bytes)) {
      if (kept.compareAndSet(row, null, image)) {
        return;
      }
      MemoryBudget.PROCESS.giveBack(bytes);
    }
    budget.giveBack(bytes);
  }

  @Override
  public String name(int row) {
    return "image '%s' of shard %d".formatted(samples.imageId(row), samples.shard(row));
  }

  private RgbImage decode(int row) {
    try {
      return ImageCodec.decode(reader.read(row));
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "cannot decode %s: %s; prepare the dataset again".formatted(name(row), e.getMessage()),
          e);
    }
  }

  @Override
  public void close() {
    MemoryBudget.PROCESS.giveBack(budget.taken());
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
