package longtail.shard;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.zip.CRC32C;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.Digests;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The shards of which this process knows that they are as they were prepared: whoever needs one
 * first reads it as a whole and compares its digest with that of the index; the others wait. From
 * the same reading a checksum of each image is kept, by which later damage is found.
 */
final class VerifiedShards {
  private static final int BUFFER = 1 << 18;
  private static final ConcurrentMap<Key, Checksums> OF_PROCESS = new ConcurrentHashMap<>();

  /** A shard file as the dataset of an index has it. */
  private record Key(String file, String fingerprint) {}

  /** Those of a shard's images; nothing until the shard was read. */
  private static final class Checksums {
    private int[] ofImages;

    /** A failure is not kept: the next one who asks looks for itself. */
    synchronized int[] get(ShardedDataset dataset, int shard, Configuration conf)
        throws IOException {
      if (ofImages == null) {
        ofImages = verify(dataset, shard, conf);
      }
      return ofImages;
    }
  }

  private VerifiedShards() {}

  /** The checksum of an image. */
  static int checksum(byte[] image) {
    CRC32C checksum = new CRC32C();
    checksum.update(image, 0, image.length);
    return (int) checksum.getValue();
  }

  /**
   * The checksums of the images of {@code shard} in their order, not to be changed.
   *
   * @throws LongTailException (DATA) if the shard is not the one that was prepared
   * @throws IOException if it cannot be read
   */
  static int[] checksums(ShardedDataset dataset, int shard, Configuration conf) throws IOException {
    Key key = new Key(dataset.shardFile(shard).toString(), dataset.fingerprint());
    return OF_PROCESS.computeIfAbsent(key, unseen -> new Checksums()).get(dataset, shard, conf);
  }

  /** The same, read anew. */
  static int[] verify(ShardedDataset dataset, int shard, Configuration conf) throws IOException {
    Path file = dataset.shardFile(shard);
    DatasetIndex.Shard expected = dataset.shard(shard);
    FileSystem files = FileSystems.of(file, conf);
    long bytes = files.getFileStatus(file).getLen();
    if (bytes != expected.bytes()) {
      throw damaged(file, "it has %d bytes, the index says %d".formatted(bytes, expected.bytes()));
    }
    try (InputStream in = new BufferedInputStream(files.open(file, BUFFER), BUFFER)) {
      Reading reading = new Reading(in);
      int[] checksums = reading.images(dataset.samples(), shard);
      reading.pass(bytes - reading.at);
      String digest = HexFormat.of().formatHex(reading.digest.digest());
      if (!digest.equals(expected.sha256())) {
        throw damaged(
            file, "its SHA-256 is %s, the index says %s".formatted(digest, expected.sha256()));
      }
      return checksums;
    } catch (FSError e) {
      // how Hadoop reports a failing local disk
      throw new IOException(e.getCause());
    }
  }

  private static LongTailException damaged(Path file, String how) {
    return new LongTailException(
        ErrorCode.DATA,
        "The shard %s is not the one that was prepared: %s. Nothing of it was used; copy it again from where it is whole, or prepare the dataset again"
            .formatted(file, how));
  }

  /** One pass over a shard. */
  private static final class Reading {
    private final InputStream in;
    private final MessageDigest digest = Digests.sha256();
    private final CRC32C checksum = new CRC32C();
    private final byte[] buffer = new byte[BUFFER];
    private long at;

    Reading(InputStream in) {
      this.in = in;
    }

    int[] images(Samples samples, int shard) throws IOException {
      int[] rows = samples.rowsOf(shard);
      int[] checksums = new int[rows.length];
      for (int i = 0; i < rows.length; i++) {
        pass(samples.offset(rows[i]) - at);
        checksum.reset();
        pass(samples.length(rows[i]));
        checksums[i] = (int) checksum.getValue();
      }
      return checksums;
    }

    void pass(long bytes) throws IOException {
      long left = bytes;
      while (left > 0) {
        int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (n < 0) {
          throw new EOFException("it ends at byte " + at);
        }
        digest.update(buffer, 0, n);
        checksum.update(buffer, 0, n);
        at += n;
        left -= n;
      }
    }
  }
}
