package longtail.shard;

import java.util.Locale;
import longtail.storage.FileSystems;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** What a network says of an image and can be stored, each in an {@link OutputTable} of its own. */
public enum NetworkOutput {
  /** {@code [classes]}, in {@code logits.parquet}. */
  LOGITS,
  /** What the head sees, {@code [width]}, in {@code features.parquet}. */
  FEATURES;

  static final String IMAGE_ID = "image_id";
  static final String LABEL = "label";
  private static final String FINISHED = "part-";

  /** Its name in files. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The table in {@code directory}. */
  Path at(String directory) {
    return FileSystems.child(directory, key() + ".parquet");
  }

  /** Image, class and numbers. */
  MessageType schema() {
    return MessageTypeParser.parseMessageType(
        "message %s { required binary %s (STRING); required int32 %s; repeated float %s; }"
            .formatted(key(), IMAGE_ID, LABEL, key()));
  }

  /** What a table must have; the class may be missing. */
  MessageType columns() {
    return MessageTypeParser.parseMessageType(
        "message %s { required binary %s (STRING); repeated float %s; }"
            .formatted(key(), IMAGE_ID, key()));
  }

  /** Name of the complete file of a task's part of a shard. */
  static String file(int part, int shard) {
    return String.format(Locale.ROOT, "%s%05d-shard-%05d.parquet", FINISHED, part, shard);
  }

  /** Whether a file of this name is complete. */
  static boolean finished(String file) {
    return file.startsWith(FINISHED);
  }
}
