package longtail.shard;

import java.io.IOException;
import java.util.List;
import longtail.storage.FileDigest;
import longtail.storage.FileSystems;
import longtail.storage.ParquetFile;
import longtail.storage.ParquetPart;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** {@code samples.parquet}: one row per image, ordered by shard and place in the shard. */
final class SampleTable {
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message samples {
            required binary image_id (STRING);
            required int32 label;
            required int32 shard;
            required int64 offset;
            required int32 length;
            required int32 height;
            required int32 width;
          }
          """);

  private SampleTable() {}

  /** Writes the rows of all shards; {@code shards.get(s)} are those of shard s. */
  static void write(Path file, List<List<SampleRow>> shards, Configuration conf)
      throws IOException {
    try (ParquetPart table = ParquetPart.begin(file, SCHEMA, CompressionCodecName.GZIP, conf)) {
      for (int shard = 0; shard < shards.size(); shard++) {
        for (SampleRow row : shards.get(shard)) {
          table.write(
              table
                  .row()
                  .append("image_id", row.imageId())
                  .append("label", row.label())
                  .append("shard", shard)
                  .append("offset", row.offset())
                  .append("length", row.length())
                  .append("height", row.height())
                  .append("width", row.width()));
        }
      }
      table.finish();
    }
  }

  /**
   * Reads the table of the dataset of {@code index}.
   *
   * @throws IOException if it is not there, damaged, or not that of the index
   */
  static Samples read(Path file, DatasetIndex index, Configuration conf) throws IOException {
    if (!FileSystems.of(file, conf).exists(file)) {
      throw new IOException("there is no " + file);
    }
    try {
      requireDigest(file, index, conf);
      Samples.Builder samples = new Samples.Builder(index.shards());
      try (TableRows rows = TableRows.open(ParquetFile.of(file, conf), SCHEMA, conf)) {
        for (Group row = rows.next(); row != null; row = rows.next()) {
          samples.add(
              row.getInteger("shard", 0),
              new SampleRow(
                  row.getString("image_id", 0),
                  row.getInteger("label", 0),
                  row.getLong("offset", 0),
                  row.getInteger("length", 0),
                  row.getInteger("height", 0),
                  row.getInteger("width", 0)));
        }
      }
      return samples.build();
    } catch (IOException e) {
      throw new IOException("%s: %s".formatted(Layout.TABLE, e.getMessage()), e);
    }
  }

  private static void requireDigest(Path file, DatasetIndex index, Configuration conf)
      throws IOException {
    if (index.tableSha256() == null) {
      return;
    }
    String found = FileDigest.of(file, conf).sha256();
    if (!found.equals(index.tableSha256())) {
      throw new IOException(
          "its SHA-256 is %s, the index says %s".formatted(found, index.tableSha256()));
    }
  }
}
