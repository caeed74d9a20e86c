package longtail.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files of a run beside its checkpoints: {@code run.json}, {@code experiment.yaml} and {@code
 * metrics.jsonl}, one line for each round and each evaluation.
 *
 * <p>A resumed run drops the lines behind the checkpoint it goes on from, so that every round is
 * there once.
 */
final class RunLog implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String METRICS = "metrics.jsonl";

  private final FSDataOutputStream metrics;

  private RunLog(FSDataOutputStream metrics) {
    this.metrics = metrics;
  }

  /**
   * Writes what is known at the start, and opens the metrics.
   *
   * @param iteration steps done before; later lines of an earlier run are dropped
   */
  static RunLog open(
      String output, Map<String, ?> run, String experiment, long iteration, Configuration conf) {
    Path directory = new Path(output);
    try {
      FileSystem files = directory.getFileSystem(conf);
      files.mkdirs(directory);
      write(
          files,
          new Path(directory, "run.json"),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(run) + "\n");
      write(files, new Path(directory, "experiment.yaml"), experiment);
      Path file = new Path(directory, METRICS);
      List<String> kept = linesUpTo(iteration, files, file);
      FSDataOutputStream out = files.create(file, true);
      for (String line : kept) {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      }
      out.hflush();
      return new RunLog(out);
    } catch (IOException e) {
      throw failure(directory.toString(), e);
    }
  }

  private static List<String> linesUpTo(long iteration, FileSystem files, Path file)
      throws IOException {
    List<String> kept = new ArrayList<>();
    if (!files.exists(file)) {
      return kept;
    }
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(files.open(file), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        // A line that was cut off is the last one, and behind the checkpoint.
        if (line.endsWith("}") && JSON.readTree(line).path("iteration").asLong() <= iteration) {
          kept.add(line);
        }
      }
    }
    return kept;
  }

  private static void write(FileSystem files, Path file, String text) throws IOException {
    try (OutputStream out = files.create(file, true)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Appends one line; {@code values} has the key {@code iteration}. */
  void append(Map<String, ?> values) {
    try {
      metrics.write((JSON.writeValueAsString(values) + "\n").getBytes(StandardCharsets.UTF_8));
      metrics.hflush();
    } catch (IOException e) {
      throw failure(METRICS, e);
    }
  }

  @Override
  public void close() {
    try {
      metrics.close();
    } catch (IOException e) {
      throw failure(METRICS, e);
    }
  }

  private static LongTailException failure(String what, IOException cause) {
    return new LongTailException(
        ErrorCode.TRAINING,
        "cannot write %s: %s; check space and permissions, then run the command again with --resume"
            .formatted(what, cause.getMessage()),
        cause);
  }
}
