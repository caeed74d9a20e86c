package longtail.shard;

import java.io.Serializable;
import java.util.List;
import longtail.dataset.ClassCounts;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import org.apache.hadoop.conf.Configuration;

/** A prepared dataset: its index and the table of its images, without their bytes. */
public final class ShardedDataset implements Serializable {
  private static final long serialVersionUID = 1L;

  private ShardedDataset() {}

  /**
   * Opens the dataset {@code directory}.
   *
   * @throws longtail.LongTailException with code DATA if there is none, it is only half prepared,
   *     or it is of an unknown format version
   */
  public static ShardedDataset open(String directory, Configuration conf) {
    throw new UnsupportedOperationException(directory + conf);
  }

  /** Where the dataset lies. */
  public String directory() {
    throw new UnsupportedOperationException();
  }

  /** Its name. */
  public String name() {
    throw new UnsupportedOperationException();
  }

  /** Images per class. */
  public ClassCounts counts() {
    throw new UnsupportedOperationException();
  }

  /** Names of the classes. */
  public List<String> classNames() {
    throw new UnsupportedOperationException();
  }

  /** Number of shards. */
  public int shards() {
    throw new UnsupportedOperationException();
  }

  /** Images per shard, {@code [shards]}. */
  public int[] shardSizes() {
    throw new UnsupportedOperationException();
  }

  /** The images. */
  public Samples samples() {
    throw new UnsupportedOperationException();
  }

  /** Pixel statistics. */
  public Normalization normalization() {
    throw new UnsupportedOperationException();
  }

  /** Thresholds of many, medium and few. */
  public Shots shots() {
    throw new UnsupportedOperationException();
  }

  /** Digest (SHA-256, hexadecimal) of the index, and so of every byte of the shards. */
  public String fingerprint() {
    throw new UnsupportedOperationException();
  }
}
