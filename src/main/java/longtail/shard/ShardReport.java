package longtail.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import longtail.dataset.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What one finished shard holds. On disk: a line with the summary, a line per image, a line per
 * quarantined image.
 */
record ShardReport(DatasetIndex.Shard shard, List<SampleRow> rows, List<Quarantined> quarantined) {

  void write(OutputStream out) throws IOException {
    line(out, shard);
    for (SampleRow row : rows) {
      line(out, row);
    }
    for (Quarantined image : quarantined) {
      line(out, image);
    }
  }

  static void line(OutputStream out, Object value) throws IOException {
    out.write(Layout.JSON.writeValueAsBytes(value));
    out.write('\n');
  }

  static ShardReport read(Path file, Configuration conf) throws IOException {
    List<SampleRow> rows = new ArrayList<>();
    List<Quarantined> quarantined = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(FileSystems.open(file, conf), StandardCharsets.UTF_8))) {
      DatasetIndex.Shard shard = Layout.JSON.readValue(lines.readLine(), DatasetIndex.Shard.class);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode node = Layout.JSON.readTree(line);
        if (node.has("reason")) {
          quarantined.add(Layout.JSON.treeToValue(node, Quarantined.class));
        } else {
          rows.add(Layout.JSON.treeToValue(node, SampleRow.class));
        }
      }
      return new ShardReport(shard, rows, quarantined);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IOException("damaged report of a shard: " + file, e);
    }
  }

  /** Whether the shard {@code shard} of {@code directory} is finished and unharmed. */
  static boolean isIntact(Path directory, int shard, Configuration conf) throws IOException {
    Path report = Layout.report(directory, shard);
    Path tar = new Path(directory, Layout.shard(shard));
    FileSystem files = FileSystems.of(tar, conf);
    if (!files.exists(report) || !files.exists(tar)) {
      return false;
    }
    DatasetIndex.Shard expected = read(report, conf).shard();
    return files.getFileStatus(tar).getLen() == expected.bytes()
        && Digests.sha256(tar, conf).equals(expected.sha256());
  }
}
