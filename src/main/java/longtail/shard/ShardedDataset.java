package longtail.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.dataset.ClassMapping;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import longtail.storage.Digests;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A prepared dataset: its index and the table of its images, without their bytes. */
public final class ShardedDataset implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String directory;
  private final DatasetIndex index;
  private final Samples samples;
  private final String fingerprint;

  private ShardedDataset(
      String directory, DatasetIndex index, Samples samples, String fingerprint) {
    this.directory = directory;
    this.index = index;
    this.samples = samples;
    this.fingerprint = fingerprint;
  }

  /** Whether {@code directory} holds a dataset that is prepared to its end. */
  public static boolean exists(String directory, Configuration conf) {
    Path index = FileSystems.child(FileSystems.qualified(directory, conf), Layout.INDEX);
    try {
      return FileSystems.of(index, conf).exists(index);
    } catch (IOException e) {
      throw damaged(directory, e.getMessage(), e);
    }
  }

  /**
   * Opens the dataset {@code directory}.
   *
   * @throws LongTailException with code DATA if there is none, it is only half prepared, it is of
   *     an unknown format version, or its table does not fit its index
   */
  public static ShardedDataset open(String directory, Configuration conf) {
    String qualified = FileSystems.qualified(directory, conf);
    Path path = FileSystems.path(qualified);
    try {
      byte[] bytes = indexBytes(path, conf);
      DatasetIndex index = index(directory, bytes);
      Samples samples = SampleTable.read(FileSystems.child(path, Layout.TABLE), index, conf);
      ClassCounts counted = ClassCounts.ofLabels(samples.labels(), index.classNames().size());
      if (!counted.equals(ClassCounts.of(index.classCounts()))) {
        throw new IOException(
            Layout.TABLE + " holds " + counted + ", which is not what " + Layout.INDEX + " says");
      }
      return new ShardedDataset(qualified, index, samples, Digests.sha256(bytes));
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(directory, e.getMessage(), e);
    }
  }

  private static byte[] indexBytes(Path directory, Configuration conf) throws IOException {
    FileSystem files = FileSystems.of(directory, conf);
    Path index = FileSystems.child(directory, Layout.INDEX);
    if (!files.exists(index) && files.exists(Layout.progress(directory))) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Opening the dataset "
              + directory
              + ": its preparation has not finished. Run the same prepare command again; it"
              + " continues with the missing shards");
    }
    if (!files.exists(directory)) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Opening the dataset " + directory + ": there is no such directory. Prepare it first");
    }
    if (!files.exists(index)) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Opening the dataset "
              + directory
              + ": it holds no "
              + Layout.INDEX
              + ", so it is not a prepared dataset. Name the output directory of prepare");
    }
    try (InputStream in = files.open(index)) {
      return in.readAllBytes();
    }
  }

  private static DatasetIndex index(String directory, byte[] bytes) {
    try {
      JsonNode tree = Layout.JSON.readTree(bytes);
      int version = tree.path("format_version").asInt();
      if (version != DatasetIndex.FORMAT_VERSION) {
        throw new LongTailException(
            ErrorCode.DATA,
            "Opening the dataset "
                + directory
                + ": its format version must be "
                + DatasetIndex.FORMAT_VERSION
                + ", was "
                + tree.path("format_version")
                + ". Prepare it again with this version of the program");
      }
      DatasetIndex index = Layout.JSON.treeToValue(tree, DatasetIndex.class);
      index.check();
      return index;
    } catch (JsonProcessingException e) {
      throw damaged(
          directory,
          Layout.INDEX + " is damaged: " + e.getOriginalMessage().lines().findFirst().orElse(""),
          e);
    } catch (IOException e) {
      throw damaged(directory, Layout.INDEX + " is damaged: " + e.getMessage(), e);
    }
  }

  private static LongTailException damaged(String directory, String reason, Exception cause) {
    return new LongTailException(
        ErrorCode.DATA,
        "Opening the dataset %s failed: %s. Copy it again from where it is whole, or prepare it again"
            .formatted(directory, reason),
        cause);
  }

  /** Where the dataset lies, as a URI. */
  public String directory() {
    return directory;
  }

  /** Its name. */
  public String name() {
    return index.name();
  }

  /** Images per class. */
  public ClassCounts counts() {
    return ClassCounts.of(index.classCounts());
  }

  /** Names of the classes. */
  public List<String> classNames() {
    return index.classNames();
  }

  /**
   * The same images under the classes {@code known}: labels are those of the classes of the same
   * names, classes of which there are no images here have none. Where only one side has names,
   * classes are compared by their numbers.
   *
   * @param owner who knows those classes, in messages
   * @throws LongTailException (CONFIG) naming the classes that are not among {@code known}
   */
  public ShardedDataset underClasses(List<String> known, String owner) {
    List<String> names = classNames();
    boolean nameless = !ClassMapping.named(known) && known.size() == names.size();
    if (names.equals(known)) {
      return this;
    }
    int[] labels =
        ClassMapping.of(names, known).apply(samples.labels(), "the dataset " + directory, owner);
    ClassCounts counts = ClassCounts.ofLabels(labels, known.size());
    return new ShardedDataset(
        directory,
        index.withClasses(nameless ? names : known, counts),
        samples.withLabels(labels),
        fingerprint);
  }

  /** Whether it was prepared as {@code description} says. */
  boolean is(DatasetDescription description) {
    return index.name().equals(description.name())
        && index.annotations().equals(description.annotations())
        && index.classNames().equals(description.classNames())
        && index.options().equals(description.options())
        && index.seed() == description.seed()
        && shards() == description.shards();
  }

  /** Number of shards. */
  public int shards() {
    return index.shards().size();
  }

  /** Images per shard, {@code [shards]}. */
  public int[] shardSizes() {
    return index.shards().stream().mapToInt(DatasetIndex.Shard::images).toArray();
  }

  /** Length of all tar files together in bytes. */
  public long bytes() {
    return index.shards().stream().mapToLong(DatasetIndex.Shard::bytes).sum();
  }

  /** The images. */
  public Samples samples() {
    return samples;
  }

  /** Pixel statistics. */
  public Normalization normalization() {
    return index.normalization();
  }

  /** Thresholds of many, medium and few. */
  public Shots shots() {
    return index.shots();
  }

  /** Digest (SHA-256, hexadecimal) of the index, and so of every byte of the shards. */
  public String fingerprint() {
    return fingerprint;
  }

  /** What the index says of {@code shard}. */
  DatasetIndex.Shard shard(int shard) {
    return index.shards().get(shard);
  }

  /** The tar file of {@code shard}. */
  Path shardFile(int shard) {
    return FileSystems.child(directory, shard(shard).file());
  }
}
