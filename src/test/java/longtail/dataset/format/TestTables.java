package longtail.dataset.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Parquet tables as other programs write them. */
public final class TestTables {
  private static final String HUGGING_FACE =
      """
      message table {
        optional group image { optional binary bytes; optional binary path (STRING); }
        optional int64 label;
        optional binary track (STRING);
      }
      """;

  private TestTables() {}

  /**
   * A row of a table of images.
   *
   * @param bytes null = none
   * @param path null = none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Row(byte[] bytes, String path, long label, String track) {}

  /** A table as Hugging Face's library writes it, with few rows in each row group. */
  public static void huggingFace(Path file, List<String> classNames, List<Row> rows)
      throws IOException {
    MessageType schema = MessageTypeParser.parseMessageType(HUGGING_FACE);
    String names = classNames.isEmpty() ? "[]" : "[\"" + String.join("\", \"", classNames) + "\"]";
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(output(file))
            .withType(schema)
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withExtraMetaData(
                Map.of(
                    "huggingface",
                    "{\"info\": {\"features\": {\"label\": {\"names\": %s, \"_type\": \"ClassLabel\"}}}}"
                        .formatted(names)))
            .withRowGroupSize(1500L)
            .withMinRowCountForPageSizeCheck(1)
            .withMaxRowCountForPageSizeCheck(1)
            .withPageSize(500)
            .build()) {
      for (Row row : rows) {
        Group group = new SimpleGroup(schema);
        Group image = group.addGroup("image");
        if (row.bytes() != null) {
          image.add("bytes", Binary.fromConstantByteArray(row.bytes()));
        }
        if (row.path() != null) {
          image.add("path", row.path());
        }
        group.add("label", row.label());
        group.add("track", row.track());
        writer.write(group);
      }
    }
  }

  /** A table of rows of text, each as long as {@code columns}; null is null. */
  public static void text(Path file, List<String> columns, List<List<String>> rows)
      throws IOException {
    StringBuilder schema = new StringBuilder("message table {");
    columns.forEach(name -> schema.append("optional binary " + name + " (STRING);"));
    MessageType type = MessageTypeParser.parseMessageType(schema + "}");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(output(file)).withType(type).build()) {
      for (List<String> row : rows) {
        Group group = new SimpleGroup(type);
        for (int i = 0; i < columns.size(); i++) {
          if (row.get(i) != null) {
            group.add(columns.get(i), row.get(i));
          }
        }
        writer.write(group);
      }
    }
  }

  /** A table of one row of an image's path and a {@code value} in a column of any type. */
  static void one(Path file, String columns, String path, String value) throws IOException {
    MessageType type = MessageTypeParser.parseMessageType("message table {" + columns + ";}");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(output(file))
            .withType(type)
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .build()) {
      Group group = new SimpleGroup(type);
      group.add(0, path);
      switch (type.getType(1).asPrimitiveType().getPrimitiveTypeName()) {
        case INT32 -> group.add(1, Integer.parseInt(value));
        case INT64 -> group.add(1, Long.parseLong(value));
        case DOUBLE -> group.add(1, Double.parseDouble(value));
        default -> group.add(1, Binary.fromString(value));
      }
      writer.write(group);
    }
  }

  private static HadoopOutputFile output(Path file) throws IOException {
    return HadoopOutputFile.fromPath(
        new org.apache.hadoop.fs.Path(file.toUri()), new Configuration());
  }
}
