package longtail.shard;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;

/**
 * Reads images of a dataset by row. Safe for use by several threads; the images read first are kept
 * in memory up to a limit. A shard is held against its digest before its first image is handed out,
 * and each image against what was read then.
 */
public final class ShardReader implements Closeable {
  private final ShardedDataset dataset;
  private final Configuration conf;
  private final AtomicReferenceArray<FSDataInputStream> streams;
  private final AtomicReferenceArray<int[]> checksums;
  private final AtomicReferenceArray<byte[]> cache;
  private final AtomicLong freeBytes;

  /** Reads {@code dataset}, keeping at most {@code cacheBytes} bytes of images in memory. */
  public ShardReader(ShardedDataset dataset, Configuration conf, long cacheBytes) {
    this.dataset = dataset;
    this.conf = conf;
    this.streams = new AtomicReferenceArray<>(dataset.shards());
    this.checksums = new AtomicReferenceArray<>(dataset.shards());
    this.cache = new AtomicReferenceArray<>(dataset.samples().size());
    this.freeBytes = new AtomicLong(cacheBytes);
  }

  /**
   * The encoded image of {@code row}; not to be changed by the caller.
   *
   * @throws LongTailException with code DATA if the shard is missing or not the one that was
   *     prepared
   */
  public byte[] read(int row) {
    byte[] known = cache.get(row);
    if (known != null) {
      return known;
    }
    byte[] bytes = fetch(row);
    if (freeBytes.addAndGet(-bytes.length) < 0 || !cache.compareAndSet(row, null, bytes)) {
      freeBytes.addAndGet(bytes.length);
    }
    return bytes;
  }

  private byte[] fetch(int row) {
    int shard = dataset.samples().shard(row);
    try {
      try {
        checksums(shard);
        return checked(row, fetch(row, stream(shard)));
      } catch (EOFException e) {
        throw e;
      } catch (IOException e) {
        // an interrupted thread closes a local file for all threads, a data node may be gone:
        // a fresh stream tells whether the shard itself is at fault
        release(shard);
        return checked(row, fetch(row, stream(shard)));
      }
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Reading the image '"
              + dataset.samples().imageId(row)
              + "' (row "
              + row
              + ") from "
              + dataset.shardFile(shard)
              + " failed: "
              + e.getMessage()
              + ". Is the dataset complete?",
          e);
    }
  }

  private byte[] checked(int row, byte[] bytes) throws IOException {
    int shard = dataset.samples().shard(row);
    int expected = checksums(shard)[row - dataset.samples().firstRowOf(shard)];
    if (VerifiedShards.checksum(bytes) != expected) {
      throw new IOException("its bytes have changed since the shard was read first");
    }
    return bytes;
  }

  private int[] checksums(int shard) throws IOException {
    int[] known = checksums.get(shard);
    if (known == null) {
      known = VerifiedShards.checksums(dataset, shard, conf);
      checksums.set(shard, known);
    }
    return known;
  }

  private byte[] fetch(int row, FSDataInputStream stream) throws IOException {
    byte[] bytes = new byte[dataset.samples().length(row)];
    try {
      stream.readFully(dataset.samples().offset(row), bytes);
    } catch (FSError e) {
      // how Hadoop reports a failing local disk, and a file closed by an interrupt
      throw new IOException(e.getCause());
    }
    return bytes;
  }

  private FSDataInputStream stream(int shard) throws IOException {
    FSDataInputStream open = streams.get(shard);
    if (open != null) {
      return open;
    }
    Path file = dataset.shardFile(shard);
    FSDataInputStream fresh = FileSystems.of(file, conf).open(file);
    if (streams.compareAndSet(shard, null, fresh)) {
      return fresh;
    }
    fresh.close();
    return stream(shard);
  }

  private void release(int shard) throws IOException {
    FSDataInputStream open = streams.getAndSet(shard, null);
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() throws IOException {
    for (int shard = 0; shard < streams.length(); shard++) {
      release(shard);
    }
  }
}
