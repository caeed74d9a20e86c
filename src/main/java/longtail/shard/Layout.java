package longtail.shard;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Locale;
import longtail.storage.CommittedFile;
import longtail.storage.FileSystems;
import longtail.storage.OutputLock;
import org.apache.hadoop.fs.Path;

/**
 * Names of the files of a dataset. All are written at their final place; the index is the last and
 * makes them a dataset.
 */
final class Layout {
  static final String INDEX = "index.json";
  static final String TABLE = "samples.parquet";
  static final String QUARANTINE = "quarantine.jsonl";

  /** Folder of what only an unfinished dataset needs; deleted once the index is there. */
  static final String PROGRESS = "_progress";

  /** JSON with snake_case keys. */
  static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private static final String SHARD = "shard-";

  private Layout() {}

  static String shard(int shard) {
    return numbered(shard, ".tar");
  }

  static Path progress(Path directory) {
    return FileSystems.child(directory, PROGRESS);
  }

  static Path report(Path directory, int shard) {
    return FileSystems.child(progress(directory), numbered(shard, ".jsonl"));
  }

  static Path description(Path directory) {
    return FileSystems.child(progress(directory), "description.json");
  }

  private static String numbered(int shard, String extension) {
    return String.format(Locale.ROOT, "%s%05d%s", SHARD, shard, extension);
  }

  /** Whether a preparation writes a file or folder of this name. */
  static boolean isOfPreparation(Path entry) {
    String name = entry.getName();
    return name.equals(PROGRESS)
        || name.equals(TABLE)
        || name.equals(QUARANTINE)
        || (name.startsWith(SHARD) && name.endsWith(".tar"))
        || CommittedFile.isAbandoned(entry);
  }

  /** Whether a file says who writes to the directory, which is no content of it. */
  static boolean isLock(Path entry) {
    return entry.getName().equals(OutputLock.FILE);
  }
}
