package longtail.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetPartTest {
  private static final Configuration CONF = new Configuration();
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          "message rows { required binary id (STRING); required int32 label; repeated float x; }");

  @TempDir Path temporary;

  /** Writes the same rows in another process, to compare the bytes. */
  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]), 5000);
  }

  private static void write(Path file, int rows) throws IOException {
    try (ParquetPart part =
        ParquetPart.begin(
            FileSystems.path(file.toString()), SCHEMA, CompressionCodecName.GZIP, CONF, "x")) {
      for (int i = 0; i < rows; i++) {
        Group row = part.row().append("id", "image " + i).append("label", i % 7);
        for (int j = 0; j < 20; j++) {
          row.append("x", (float) Math.sin(31.0 * i + j));
        }
        part.write(row);
      }
      part.finish();
    }
  }

  @Test
  void rowsComeBack() throws IOException {
    for (int rows : new int[] {0, 1, 5000, 60_000}) {
      Path file = temporary.resolve("part.parquet");
      write(file, rows);
      int count = 0;
      try (ParquetReader<Group> reader =
          new Rows(ParquetFile.of(FileSystems.path(file.toString()), CONF)).build()) {
        for (Group row = reader.read(); row != null; row = reader.read()) {
          assertThat(row.getString("id", 0)).isEqualTo("image " + count);
          assertThat(row.getFloat("x", 19)).isEqualTo((float) Math.sin(31.0 * count + 19));
          count++;
        }
      }
      assertThat(count).isEqualTo(rows);
    }
  }

  @Test
  void equalRowsHaveEqualBytesInEveryProcess() throws IOException, InterruptedException {
    Path here = temporary.resolve("here.parquet");
    write(here, 5000);
    for (int process = 0; process < 2; process++) {
      Path there = temporary.resolve("there-" + process + ".parquet");
      Process other =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElse("java"),
                  "-XX:+UnlockExperimentalVMOptions",
                  "-XX:hashCode=" + (process == 0 ? 2 : 4),
                  "-cp",
                  System.getProperty("java.class.path"),
                  ParquetPartTest.class.getName(),
                  there.toString())
              .redirectErrorStream(true)
              .redirectOutput(temporary.resolve("log").toFile())
              .start();
      assertThat(other.waitFor()).as(Files.readString(temporary.resolve("log"))).isZero();
      assertThat(there).hasSameBinaryContentAs(here);
    }
  }

  @Test
  void aPartThatIsGivenUpLeavesNothing() throws IOException {
    Path file = temporary.resolve("part.parquet");
    try (ParquetPart part =
        ParquetPart.begin(
            FileSystems.path(file.toString()), SCHEMA, CompressionCodecName.GZIP, CONF)) {
      part.write(part.row().append("id", "image").append("label", 1));
    }
    assertThat(temporary).isEmptyDirectory();
  }

  private static final class Rows extends ParquetReader.Builder<Group> {
    Rows(ParquetFile file) {
      super(file);
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }
}
