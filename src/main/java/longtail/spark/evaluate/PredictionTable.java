package longtail.spark.evaluate;

import java.io.Closeable;
import java.io.IOException;
import longtail.dataset.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * One part of {@code predictions.parquet}: image id, true class (-1 if it is none of the classes),
 * predicted class, the five best classes, and the softmax probability of the predicted one.
 *
 * <p>It is written under a name of its own and takes its final name when it is complete, so that a
 * task may run twice.
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

  private final SimpleGroupFactory rows = new SimpleGroupFactory(SCHEMA);
  private final FileSystem files;
  private final Path aside;
  private final Path target;
  private final ParquetWriter<Group> writer;
  private boolean finished;

  private PredictionTable(FileSystem files, Path aside, Path target, ParquetWriter<Group> writer) {
    this.files = files;
    this.aside = aside;
    this.target = target;
    this.writer = writer;
  }

  /** Removes what an earlier evaluation left in {@code output}. */
  static void clear(String output, Configuration conf) throws IOException {
    Path directory = FileSystems.child(output, DIRECTORY);
    FileSystems.of(directory, conf).delete(directory, true);
  }

  /** Part {@code part} of the table in {@code output}, written by the task {@code attempt}. */
  static PredictionTable create(String output, int part, long attempt, Configuration conf)
      throws IOException {
    Path directory = FileSystems.child(output, DIRECTORY);
    Path aside = FileSystems.child(directory, "_writing-%05d-%d".formatted(part, attempt));
    ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(HadoopOutputFile.fromPath(aside, withoutLocalChecksums(conf)))
            .withType(SCHEMA)
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withCompressionCodec(CompressionCodecName.GZIP)
            .build();
    Path target = FileSystems.child(directory, "part-%05d.parquet".formatted(part));
    return new PredictionTable(FileSystems.of(directory, conf), aside, target, writer);
  }

  /** Adds one image; {@code top} are its best classes, the prediction first. */
  void add(String imageId, int label, int[] top, double probability) throws IOException {
    Group row = rows.newGroup();
    row.append("image_id", imageId).append("label", label).append("prediction", top[0]);
    Group list = row.addGroup("top5");
    for (int candidate : top) {
      list.addGroup("list").append("element", candidate);
    }
    row.append("probability", probability);
    writer.write(row);
  }

  /** Completes the part. */
  void finish() throws IOException {
    writer.close();
    files.delete(target, false);
    if (!files.rename(aside, target)) {
      throw new IOException("the file system did not rename " + aside);
    }
    finished = true;
  }

  /** Gives the part up unless it is complete. */
  @Override
  public void close() throws IOException {
    if (!finished) {
      writer.close();
      files.delete(aside, false);
    }
  }

  private static Configuration withoutLocalChecksums(Configuration conf) {
    Configuration plain = new Configuration(conf);
    plain.set("fs.file.impl", RawLocalFileSystem.class.getName());
    plain.setBoolean("fs.file.impl.disable.cache", true);
    return plain;
  }
}
