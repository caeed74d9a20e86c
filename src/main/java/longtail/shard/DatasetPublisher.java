package longtail.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.CommittedFile;
import longtail.storage.FileDigest;
import longtail.storage.FileSystems;
import longtail.storage.StorageFailure;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a dataset at its final place: shards first, in any order and by any number of processes,
 * then table and quarantine, and at last the index, which has the sizes and digests of the shards
 * and makes it a dataset. Without the index nobody sees one, whatever else is there. A second
 * publisher with the same description continues with the shards that are missing.
 */
public final class DatasetPublisher implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(DatasetPublisher.class);

  private final String directory;
  private final DatasetDescription description;

  private DatasetPublisher(String directory, DatasetDescription description) {
    this.directory = directory;
    this.description = description;
  }

  /**
   * Begins or continues the dataset {@code directory}. What an unfinished preparation with another
   * description has left is deleted.
   *
   * @throws LongTailException with code DATA if something else lies there already
   */
  public static DatasetPublisher begin(
      String directory, DatasetDescription description, Configuration conf) {
    DatasetPublisher publisher =
        new DatasetPublisher(FileSystems.qualified(directory, conf), description);
    try {
      publisher.claim(conf);
    } catch (IOException e) {
      throw publisher.failed("begin", e);
    }
    return publisher;
  }

  /** The finished dataset {@code directory}, if it is the one that {@code description} says. */
  public static Optional<ShardedDataset> published(
      String directory, DatasetDescription description, Configuration conf) {
    return ShardedDataset.exists(directory, conf)
        ? Optional.of(ShardedDataset.open(directory, conf)).filter(set -> set.is(description))
        : Optional.empty();
  }

  private void claim(Configuration conf) throws IOException {
    Path target = target();
    FileSystem files = FileSystems.of(target, conf);
    Path index = FileSystems.child(target, Layout.INDEX);
    boolean begun = files.exists(Layout.progress(target));
    if (files.exists(index) || (!begun && !isEmptyDirectory(files, target))) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Preparing "
              + directory
              + ": it already "
              + (files.exists(index) ? "is a dataset" : "holds files")
              + ". Remove it or choose another output directory");
    }
    Path note = Layout.description(target);
    byte[] wanted = Layout.JSON.writeValueAsBytes(description);
    CommittedFile.removeAbandoned(note.getParent(), conf);
    if (begun && !holds(files, note, wanted)) {
      LOG.warn("{} was begun with other options or images: it begins anew", target);
      removeBegun(files, target);
    }
    CommittedFile.write(note, wanted, conf);
  }

  private static boolean isEmptyDirectory(FileSystem files, Path path) throws IOException {
    return !files.exists(path)
        || (files.getFileStatus(path).isDirectory()
            && Arrays.stream(files.listStatus(path))
                .allMatch(entry -> Layout.isLock(entry.getPath())));
  }

  /** The folder that says that something was begun is removed last. */
  private static void removeBegun(FileSystem files, Path target) throws IOException {
    for (FileStatus entry : files.listStatus(target)) {
      if (Layout.isOfPreparation(entry.getPath())
          && !entry.getPath().getName().equals(Layout.PROGRESS)) {
        files.delete(entry.getPath(), true);
      }
    }
    files.delete(Layout.progress(target), true);
  }

  private static boolean holds(FileSystem files, Path file, byte[] content) throws IOException {
    if (!files.exists(file)) {
      return false;
    }
    try (InputStream in = files.open(file)) {
      return Arrays.equals(in.readAllBytes(), content);
    }
  }

  /** Shards that no earlier run has finished; finished ones are checked against their digest. */
  public List<Integer> missingShards(Configuration conf) {
    List<Integer> missing = new ArrayList<>();
    try {
      for (int shard = 0; shard < description.shards(); shard++) {
        if (!ShardReport.isIntact(target(), shard, conf)) {
          missing.add(shard);
        }
      }
    } catch (IOException e) {
      throw failed("continue", e);
    }
    return missing;
  }

  /** Shards that an earlier run says to have finished, ascending; nothing is checked. */
  public List<Integer> finishedShards(Configuration conf) {
    List<Integer> finished = new ArrayList<>();
    try {
      for (int shard = 0; shard < description.shards(); shard++) {
        Path report = Layout.report(target(), shard);
        if (FileSystems.of(report, conf).exists(report)) {
          finished.add(shard);
        }
      }
    } catch (IOException e) {
      throw failed("continue", e);
    }
    return finished;
  }

  /** Whether {@code shard} is finished and its bytes have the digest that they were given. */
  public boolean isIntact(int shard, Configuration conf) throws IOException {
    return ShardReport.isIntact(target(), shard, conf);
  }

  /** The images of the finished shard {@code shard} that could not be prepared. */
  public List<Quarantined> quarantined(int shard, Configuration conf) throws IOException {
    return ShardReport.read(Layout.report(target(), shard), conf).quarantined();
  }

  /** Opens shard {@code shard} for writing. */
  public ShardWriter shard(int shard, Configuration conf) throws IOException {
    return new ShardWriter(target(), shard, conf);
  }

  /** The images of all shards that could not be prepared; every shard must be finished. */
  public List<Quarantined> quarantined(Configuration conf) {
    return reports(conf).stream().flatMap(report -> report.quarantined().stream()).toList();
  }

  /**
   * Writes table and quarantine, and commits the dataset with the index.
   *
   * @throws LongTailException with code DATA if a shard is missing
   */
  public ShardedDataset publish(Configuration conf) {
    List<ShardReport> reports = reports(conf);
    List<List<SampleRow>> rows = reports.stream().map(ShardReport::rows).toList();
    Path target = target();
    try {
      Path table = FileSystems.child(target, Layout.TABLE);
      SampleTable.write(table, rows, conf);
      String tableDigest = FileDigest.of(table, conf).sha256();
      CommittedFile.write(
          FileSystems.child(target, Layout.QUARANTINE),
          out -> {
            for (ShardReport report : reports) {
              for (Quarantined image : report.quarantined()) {
                ShardReport.line(out, image);
              }
            }
          },
          conf);
      byte[] index =
          Layout.JSON
              .writerWithDefaultPrettyPrinter()
              .writeValueAsBytes(index(reports, tableDigest));
      CommittedFile.write(FileSystems.child(target, Layout.INDEX), index, conf);
      FileSystems.of(target, conf).delete(Layout.progress(target), true);
    } catch (IOException e) {
      throw failed("publish", e);
    }
    return ShardedDataset.open(directory, conf);
  }

  private List<ShardReport> reports(Configuration conf) {
    List<ShardReport> reports = new ArrayList<>();
    for (int shard = 0; shard < description.shards(); shard++) {
      try {
        reports.add(ShardReport.read(Layout.report(target(), shard), conf));
      } catch (IOException e) {
        throw failed("collect shard " + shard + " of", e);
      }
    }
    return reports;
  }

  private DatasetIndex index(List<ShardReport> reports, String tableDigest) {
    List<SampleRow> rows = reports.stream().flatMap(report -> report.rows().stream()).toList();
    int[] counts = new int[description.classNames().size()];
    rows.forEach(row -> counts[row.label()]++);
    return new DatasetIndex(
        DatasetIndex.FORMAT_VERSION,
        description.name(),
        description.source(),
        description.annotations(),
        description.seed(),
        description.options(),
        rows.size(),
        reports.stream().mapToInt(report -> report.quarantined().size()).sum(),
        new DatasetIndex.SizeRange(
            min(rows, SampleRow::height),
            max(rows, SampleRow::height),
            min(rows, SampleRow::width),
            max(rows, SampleRow::width)),
        description.normalization(),
        description.shots(),
        reports.stream().map(ShardReport::shard).toList(),
        tableDigest,
        counts,
        description.classNames());
  }

  private static int min(List<SampleRow> rows, ToIntFunction<SampleRow> side) {
    return rows.stream().mapToInt(side).min().orElse(0);
  }

  private static int max(List<SampleRow> rows, ToIntFunction<SampleRow> side) {
    return rows.stream().mapToInt(side).max().orElse(0);
  }

  private Path target() {
    return FileSystems.path(directory);
  }

  private LongTailException failed(String attempt, IOException e) {
    String attempted = "Could not " + attempt + " the dataset " + directory + ": ";
    return e instanceof JsonProcessingException json
        ? new LongTailException(ErrorCode.DATA, attempted + json.getOriginalMessage(), e)
        : new LongTailException(
            ErrorCode.DATA,
            attempted + StorageFailure.reason(e) + "; " + StorageFailure.advice(e),
            e);
  }
}
