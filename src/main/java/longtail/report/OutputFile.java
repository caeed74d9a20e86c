package longtail.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A small file on any Hadoop file system, read and written as a whole or appended to. */
final class OutputFile {
  private final Path path;
  private final FileSystem files;

  private OutputFile(Path path, FileSystem files) {
    this.path = path;
    this.files = files;
  }

  static OutputFile of(String path, Configuration conf) {
    Path target = FileSystems.path(path);
    try {
      // Without Hadoop's checksum companions, beside which local files could not be appended to.
      return new OutputFile(target, FileSystems.of(target, conf));
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "opening %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** The file {@code name} in {@code directory}. */
  static OutputFile in(String directory, String name, Configuration conf) {
    return of(FileSystems.child(directory, name).toString(), conf);
  }

  boolean exists() {
    try {
      return files.exists(path);
    } catch (IOException e) {
      throw failure("looking for a file", e);
    }
  }

  byte[] read() {
    try (var in = files.open(path)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw failure("reading", e);
    }
  }

  void write(byte[] content) {
    try (var out = files.create(path, true)) {
      out.write(content);
    } catch (IOException e) {
      throw failure("writing", e);
    }
  }

  void write(String content) {
    write(content.getBytes(StandardCharsets.UTF_8));
  }

  /** Appends, where the file system can; else writes the whole file anew. */
  void append(byte[] content) throws IOException {
    if (!exists()) {
      write(content);
      return;
    }
    try (var out = files.append(path)) {
      out.write(content);
    } catch (UnsupportedOperationException e) {
      byte[] before = read();
      byte[] after = Arrays.copyOf(before, before.length + content.length);
      System.arraycopy(content, 0, after, before.length, content.length);
      write(after);
    }
  }

  LongTailException failure(String attempt, IOException cause) {
    return new LongTailException(
        ErrorCode.DATA, "%s %s: %s".formatted(attempt, path, cause.getMessage()), cause);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
