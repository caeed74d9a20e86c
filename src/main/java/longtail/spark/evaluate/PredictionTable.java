package longtail.spark.evaluate;

import java.io.Closeable;
import java.io.IOException;
import java.util.Locale;
import longtail.storage.CommittedFile;
import longtail.storage.FileSystems;
import longtail.storage.ParquetPart;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * One part of {@code predictions.parquet}: image id, true class (-1 if it is none of the classes),
 * predicted class, the five best classes, and the softmax probability of the predicted one.
 *
 * <p>It is there when it is complete, so that a task may run twice.
 */
final class PredictionTable implements Closeable {
  /** Number of best classes that are kept. */
  static final int TOP = 5;

  private static final String DIRECTORY = "predictions.parquet";
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message predictions {
            required binary image_id (STRING);
            required int32 label;
            required int32 prediction;
            required group top5 (LIST) { repeated group list { required int32 element; } }
            required double probability;
          }
          """);

  private final ParquetPart part;

  private PredictionTable(ParquetPart part) {
    this.part = part;
  }

  /** Removes what an earlier evaluation left in {@code output}. */
  static void clear(String output, Configuration conf) throws IOException {
    Path directory = FileSystems.child(output, DIRECTORY);
    FileSystems.of(directory, conf).delete(directory, true);
  }

  /** Removes what tasks that were killed have left; every part is complete by now. */
  static void removeAbandoned(String output, Configuration conf) throws IOException {
    CommittedFile.removeAbandoned(FileSystems.child(output, DIRECTORY), conf);
  }

  /** Part {@code part} of the table in {@code output}. */
  static PredictionTable create(String output, int part, Configuration conf) throws IOException {
    Path target =
        FileSystems.child(
            FileSystems.child(output, DIRECTORY),
            String.format(Locale.ROOT, "part-%05d.parquet", part));
    return new PredictionTable(ParquetPart.begin(target, SCHEMA, CompressionCodecName.GZIP, conf));
  }

  /** Adds one image; {@code top} are its best classes, the prediction first. */
  void add(String imageId, int label, int[] top, double probability) throws IOException {
    Group row = part.row();
    row.append("image_id", imageId).append("label", label).append("prediction", top[0]);
    Group list = row.addGroup("top5");
    for (int candidate : top) {
      list.addGroup("list").append("element", candidate);
    }
    row.append("probability", probability);
    part.write(row);
  }

  /** Completes the part. */
  void finish() throws IOException {
    part.finish();
  }

  /** Gives the part up unless it is complete. */
  @Override
  public void close() throws IOException {
    part.close();
  }
}
