package longtail.shard;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * {@code logits.parquet}: what a model says of each image of a prepared dataset, {@code [classes]}
 * numbers beside the image id. {@link LogitWriter} writes it, one file for each shard (or for each
 * task's part of one), so that whoever wants a few shards need not read the others.
 */
public final class LogitTable {
  static final String IMAGE_ID = "image_id";
  static final String LOGITS = "logits";
  private static final String DIRECTORY = "logits.parquet";
  private static final String FINISHED = "part-";
  private static final int NAMED_IDS = 3;

  static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          "message logits { required binary image_id (STRING); repeated float logits; }");

  private static final MessageType IDS =
      MessageTypeParser.parseMessageType("message logits { required binary image_id (STRING); }");

  private final String directory;
  private final Configuration conf;
  private final Samples samples;
  private final Map<String, Integer> rowOfId = new HashMap<>();
  private final float[][] logits;
  private int classes = -1;

  private LogitTable(String directory, Samples samples, Configuration conf) {
    this.directory = directory;
    this.samples = samples;
    this.conf = conf;
    logits = new float[samples.size()][];
  }

  /** Removes the table that {@code directory} holds, and nothing else. */
  public static void clear(String directory, Configuration conf) throws IOException {
    FileSystems.of(new Path(directory), conf).delete(at(directory), true);
  }

  static Path at(String directory) {
    return new Path(directory, DIRECTORY);
  }

  static String file(int part, int shard) {
    return FINISHED + "%05d-shard-%05d.parquet".formatted(part, shard);
  }

  /**
   * Reads the logits of {@code rows} of {@code samples} from the table in {@code directory}, joined
   * by image id; the table may hold further images.
   *
   * @throws LongTailException (DATA) when there is no table, or when it lacks some of the images
   */
  public static RowLogits read(String directory, Samples samples, int[] rows, Configuration conf) {
    LogitTable table = new LogitTable(directory, samples, conf);
    for (int row : rows) {
      table.rowOfId.put(samples.imageId(row), row);
    }
    try {
      for (Path file : table.files()) {
        if (table.ids(file).anyMatch(table.rowOfId::containsKey)) {
          table.read(file);
        }
      }
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "reading the logits in %s: %s; write them with jobs/evaluate --logits"
              .formatted(directory, e.getMessage()),
          e);
    }
    table.requireAll(rows);
    return new RowLogits(Math.max(0, table.classes), table.logits);
  }

  private List<Path> files() throws IOException {
    Path table = at(directory);
    if (!FileSystems.of(table, conf).exists(table)) {
      throw new FileNotFoundException("there is no " + table);
    }
    return Arrays.stream(FileSystems.of(table, conf).listStatus(table))
        .map(FileStatus::getPath)
        .filter(file -> file.getName().startsWith(FINISHED))
        .sorted()
        .toList();
  }

  private Stream<String> ids(Path file) throws IOException {
    Configuration onlyIds = new Configuration(conf);
    onlyIds.set(ReadSupport.PARQUET_READ_SCHEMA, IDS.toString());
    List<String> ids = new ArrayList<>();
    try (ParquetReader<Group> reader =
        new Reader(ParquetFile.of(file, conf)).withConf(onlyIds).build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        ids.add(row.getString(IMAGE_ID, 0));
      }
    }
    return ids.stream();
  }

  private void read(Path file) throws IOException {
    try (ParquetReader<Group> reader =
        new Reader(ParquetFile.of(file, conf)).withConf(new Configuration(conf)).build()) {
      for (Group group = reader.read(); group != null; group = reader.read()) {
        Integer row = rowOfId.get(group.getString(IMAGE_ID, 0));
        if (row != null) {
          logits[row] = numbers(group, file);
        }
      }
    }
  }

  private float[] numbers(Group group, Path file) throws IOException {
    float[] numbers = new float[group.getFieldRepetitionCount(LOGITS)];
    if (classes >= 0 && classes != numbers.length) {
      throw new IOException(
          "%s has %d logits of an image, others have %d".formatted(file, numbers.length, classes));
    }
    classes = numbers.length;
    for (int c = 0; c < classes; c++) {
      numbers[c] = group.getFloat(LOGITS, c);
    }
    return numbers;
  }

  private void requireAll(int... rows) {
    int[] missing = Arrays.stream(rows).filter(row -> logits[row] == null).toArray();
    if (missing.length > 0) {
      List<String> ids =
          Arrays.stream(missing).limit(NAMED_IDS).mapToObj(row -> samples.imageId(row)).toList();
      throw new LongTailException(
          ErrorCode.DATA,
          "joining the logits in %s by image id: %d of %d images have none (%s%s); write them again with jobs/evaluate --logits, on the dataset that is trained on"
              .formatted(
                  directory,
                  missing.length,
                  rows.length,
                  String.join(", ", ids),
                  missing.length > ids.size() ? ", ..." : ""));
    }
  }

  private static final class Reader extends ParquetReader.Builder<Group> {
    Reader(ParquetFile file) {
      super(file);
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }
}
