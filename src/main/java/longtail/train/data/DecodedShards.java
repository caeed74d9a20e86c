package longtail.train.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.image.ImageSource;
import longtail.image.RgbImage;
import longtail.image.augment.Transform;
import longtail.image.codec.ImageCodec;
import longtail.shard.Samples;
import longtail.shard.ShardReader;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;

/**
 * The images of a prepared dataset, decoded. Those that fit into the budget stay in memory, first
 * come, first kept: an epoch visits all images equally often, so no other choice would be better.
 * Of the others no more is decoded than the transforms need.
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
    return image(row, List.of(), RandomStreams.of(0));
  }

  @Override
  public RgbImage image(int row, List<Transform> transforms, SplittableRandom random) {
    RgbImage known = kept.get(row);
    byte[] encoded = known == null ? reader.read(row) : null;
    try {
      ImageSource source = known == null ? source(row, encoded) : known;
      return Transform.applyAll(transforms, source, random);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "cannot decode %s: %s; prepare the dataset again".formatted(name(row), e.getMessage()),
          e);
    } catch (LongTailException e) {
      throw new LongTailException(e.code(), "%s: %s".formatted(name(row), e.getMessage()), e);
    }
  }

  /** The image, decoded if it fits into the budget. */
  private ImageSource source(int row, byte[] encoded) throws IOException {
    ImageSource opened = ImageCodec.open(encoded);
    long bytes = 3L * opened.height() * opened.width();
    if (!take(bytes)) {
      return opened;
    }
    boolean stays = false;
    try {
      RgbImage whole = opened.whole();
      stays = kept.compareAndSet(row, null, whole);
      return whole;
    } finally {
      if (!stays) {
        giveBack(bytes);
      }
    }
  }

  private boolean take(long bytes) {
    if (!budget.take(bytes)) {
      return false;
    }
    if (MemoryBudget.PROCESS.take(bytes)) {
      return true;
    }
    budget.giveBack(bytes);
    return false;
  }

  private void giveBack(long bytes) {
    MemoryBudget.PROCESS.giveBack(bytes);
    budget.giveBack(bytes);
  }

  @Override
  public String name(int row) {
    return "image '%s' of shard %d".formatted(samples.imageId(row), samples.shard(row));
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
