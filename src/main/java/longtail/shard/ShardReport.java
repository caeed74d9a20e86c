package longtail.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import longtail.storage.FileDigest;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What one finished shard holds. On disk: a line with the summary, a line per image, a line per
 * quarantined image.
 */
record ShardReport(DatasetIndex.Shard shard, List<SampleRow> rows, List<Quarantined> quarantined) {

  private static final ObjectReader SUMMARY = Layout.JSON.readerFor(DatasetIndex.Shard.class);
  private static final ObjectReader ROW = Layout.JSON.readerFor(SampleRow.class);
  private static final ObjectReader IMAGE = Layout.JSON.readerFor(Quarantined.class);

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
    try (BufferedReader lines = lines(file, conf)) {
      DatasetIndex.Shard shard = SUMMARY.readValue(next(lines));
      List<SampleRow> rows = new ArrayList<>(shard.images());
      for (int i = 0; i < shard.images(); i++) {
        rows.add(ROW.readValue(next(lines)));
      }
      List<Quarantined> quarantined = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        quarantined.add(IMAGE.readValue(line));
      }
      return new ShardReport(shard, rows, quarantined);
    } catch (JsonProcessingException e) {
      throw new IOException("damaged report of a shard: " + file, e);
    }
  }

  /** Whether the shard {@code shard} of {@code directory} is finished and unharmed. */
  static boolean isIntact(Path directory, int shard, Configuration conf) throws IOException {
    Path report = Layout.report(directory, shard);
    Path tar = FileSystems.child(directory, Layout.shard(shard));
    FileSystem files = FileSystems.of(tar, conf);
    if (!files.exists(report) || !files.exists(tar)) {
      return false;
    }
    DatasetIndex.Shard expected;
    try (BufferedReader lines = lines(report, conf)) {
      expected = SUMMARY.readValue(next(lines));
    } catch (JsonProcessingException | EOFException damaged) {
      return false;
    }
    return files.getFileStatus(tar).getLen() == expected.bytes()
        && FileDigest.of(tar, conf).sha256().equals(expected.sha256());
  }

  private static BufferedReader lines(Path file, Configuration conf) throws IOException {
    return new BufferedReader(
        new InputStreamReader(FileSystems.open(file, conf), StandardCharsets.UTF_8));
  }

  private static String next(BufferedReader lines) throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw new EOFException("the report of a shard ends early");
    }
    return line;
  }
}
