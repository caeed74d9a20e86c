package longtail.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a dataset: shards first, in any order and by any number of processes, then table and
 * index. Everything is written to a directory beside the target that becomes the target by one
 * rename at the end, so a half-written dataset is never seen as one. A second publisher with the
 * same description continues with the shards that are missing.
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

  private void claim(Configuration conf) throws IOException {
    Path target = FileSystems.path(directory);
    FileSystem files = FileSystems.of(target, conf);
    if (files.exists(target) && !isEmptyDirectory(files, target)) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Preparing "
              + directory
              + ": it already "
              + (files.exists(FileSystems.child(target, Layout.INDEX))
                  ? "is a dataset"
                  : "holds files")
              + ". Remove it or choose another output directory");
    }
    Path staging = staging();
    Path note = Layout.description(staging);
    byte[] wanted = Layout.JSON.writeValueAsBytes(description);
    if (files.exists(staging) && !holds(files, note, wanted)) {
      LOG.warn("{} was begun with other options or images: it begins anew", staging);
      files.delete(staging, true);
    }
    files.mkdirs(note.getParent());
    Layout.writeAtomically(note, conf, out -> out.write(wanted));
  }

  private static boolean isEmptyDirectory(FileSystem files, Path path) throws IOException {
    return files.getFileStatus(path).isDirectory() && files.listStatus(path).length == 0;
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
        if (!ShardReport.isIntact(staging(), shard, conf)) {
          missing.add(shard);
        }
      }
    } catch (IOException e) {
      throw failed("continue", e);
    }
    return missing;
  }

  /** Opens shard {@code shard} for writing. */
  public ShardWriter shard(int shard, Configuration conf) throws IOException {
    return new ShardWriter(staging(), shard, conf);
  }

  /** The images of all shards that could not be prepared; every shard must be finished. */
  public List<Quarantined> quarantined(Configuration conf) {
    return reports(conf).stream().flatMap(report -> report.quarantined().stream()).toList();
  }

  /**
   * Writes table and index and renames the dataset into place.
   *
   * @throws LongTailException with code DATA if a shard is missing
   */
  public ShardedDataset publish(Configuration conf) {
    List<ShardReport> reports = reports(conf);
    List<List<SampleRow>> rows = reports.stream().map(ShardReport::rows).toList();
    Path staging = staging();
    Path target = FileSystems.path(directory);
    try {
      Path table = FileSystems.child(staging, Layout.TABLE);
      SampleTable.write(table, rows, conf);
      String tableDigest = Digests.sha256(table, conf);
      Layout.writeAtomically(
          FileSystems.child(staging, Layout.QUARANTINE),
          conf,
          out -> {
            for (ShardReport report : reports) {
              for (Quarantined image : report.quarantined()) {
                ShardReport.line(out, image);
              }
            }
          });
      byte[] index =
          Layout.JSON
              .writerWithDefaultPrettyPrinter()
              .writeValueAsBytes(index(reports, tableDigest));
      Layout.writeAtomically(
          FileSystems.child(staging, Layout.INDEX), conf, out -> out.write(index));
      FileSystem files = FileSystems.of(target, conf);
      Layout.replace(files, staging, target);
      files.delete(FileSystems.child(target, Layout.PROGRESS), true);
    } catch (IOException e) {
      throw failed("publish", e);
    }
    return ShardedDataset.open(directory, conf);
  }

  private List<ShardReport> reports(Configuration conf) {
    List<ShardReport> reports = new ArrayList<>();
    for (int shard = 0; shard < description.shards(); shard++) {
      try {
        reports.add(ShardReport.read(Layout.report(staging(), shard), conf));
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

  private Path staging() {
    return Layout.staging(FileSystems.path(directory));
  }

  private LongTailException failed(String attempt, IOException e) {
    String reason =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return new LongTailException(
        ErrorCode.DATA, "Could not " + attempt + " the dataset " + directory + ": " + reason, e);
  }
}
