package longtail.shard;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.conf.Configuration;

/**
 * Joins the logits that were stored for the images of a prepared dataset, see {@link
 * NetworkOutput#LOGITS}, to the rows of a dataset by image id.
 */
public final class LogitTable {
  private static final int NAMED_IDS = 3;

  private final String directory;
  private final OutputTable table;
  private final Samples samples;
  private final Map<String, Integer> rowOfId = new HashMap<>();
  private final float[][] logits;
  private int classes = -1;

  private LogitTable(String directory, Samples samples, Configuration conf) {
    this.directory = directory;
    this.samples = samples;
    table = new OutputTable(NetworkOutput.LOGITS, directory, conf);
    logits = new float[samples.size()][];
  }

  /**
   * Reads the logits of {@code rows} of {@code samples} from the table in {@code directory}, joined
   * by image id; the table may hold further images.
   *
   * @throws LongTailException (DATA) when there is no table, or when it lacks some of the images
   */
  public static RowLogits read(String directory, Samples samples, int[] rows, Configuration conf) {
    LogitTable joined = new LogitTable(directory, samples, conf);
    for (int row : rows) {
      joined.rowOfId.put(samples.imageId(row), row);
    }
    try {
      for (String file : joined.table.files()) {
        if (joined.table.ids(file).stream().anyMatch(joined.rowOfId::containsKey)) {
          joined.read(file);
        }
      }
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "reading the logits in %s: %s; write them with jobs/evaluate --logits"
              .formatted(directory, e.getMessage()),
          e);
    }
    joined.requireAll(rows);
    return new RowLogits(Math.max(0, joined.classes), joined.logits);
  }

  private void read(String file) throws IOException {
    table.read(
        file,
        (imageId, label, numbers) -> {
          Integer row = rowOfId.get(imageId);
          if (row != null) {
            requireSameClasses(numbers.length);
            logits[row] = numbers;
          }
        });
  }

  private void requireSameClasses(int here) throws IOException {
    if (classes >= 0 && classes != here) {
      throw new IOException(
          "%s has %d logits of an image, %d of others".formatted(table, here, classes));
    }
    classes = here;
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
}
