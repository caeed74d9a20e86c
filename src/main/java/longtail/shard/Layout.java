package longtail.shard;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import longtail.dataset.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Names of the files of a dataset, and how they come into being. */
final class Layout {
  static final String INDEX = "index.json";
  static final String TABLE = "samples.parquet";
  static final String QUARANTINE = "quarantine.jsonl";

  /** Folder of what only an unfinished dataset needs; deleted once the dataset is in place. */
  static final String PROGRESS = "_progress";

  /** JSON with snake_case keys. */
  static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /** Writes the content of a file. */
  interface Content {
    void write(OutputStream out) throws IOException;
  }

  private Layout() {}

  static String shard(int shard) {
    return String.format("shard-%05d.tar", shard);
  }

  static Path report(Path directory, int shard) {
    return FileSystems.child(
        FileSystems.child(directory, PROGRESS), String.format("shard-%05d.jsonl", shard));
  }

  static Path description(Path directory) {
    return FileSystems.child(FileSystems.child(directory, PROGRESS), "description.json");
  }

  /** The directory beside {@code target} in which it is prepared. */
  static Path staging(Path target) {
    return FileSystems.child(target.getParent(), "_" + target.getName() + ".preparing");
  }

  /** Writes {@code file} aside and renames it, so that it is there completely or not at all. */
  static void writeAtomically(Path file, Configuration conf, Content content) throws IOException {
    FileSystem files = FileSystems.of(file, conf);
    Path aside = aside(file);
    try (OutputStream out = files.create(aside, true)) {
      content.write(out);
    }
    replace(files, aside, file);
  }

  /** A name for {@code file} while it is written, different for each process and attempt. */
  static Path aside(Path file) {
    return FileSystems.child(
        file.getParent(), file.getName() + "." + UUID.randomUUID() + ".partial");
  }

  /** Renames {@code from} to {@code to}, which may exist. */
  static void replace(FileSystem files, Path from, Path to) throws IOException {
    if (files.exists(to)) {
      files.delete(to, false);
    }
    if (!files.rename(from, to)) {
      throw new IOException("cannot rename " + from + " to " + to);
    }
  }
}
