package longtail.storage;

import java.io.IOException;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A small file that is read and written as a whole, and committed as a {@link CommittedFile}. What
 * fails is an error (DATA) of one line.
 */
public final class OutputFile {
  private final Path path;
  private final FileSystem files;
  private final Configuration conf;

  private OutputFile(Path path, FileSystem files, Configuration conf) {
    this.path = path;
    this.files = files;
    this.conf = conf;
  }

  /** The file {@code path}, which need not exist. */
  public static OutputFile of(String path, Configuration conf) {
    Path target = FileSystems.path(path);
    try {
      return new OutputFile(target, FileSystems.of(target, conf), conf);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "opening %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** The file {@code name} in {@code directory}. */
  public static OutputFile in(String directory, String name, Configuration conf) {
    return of(FileSystems.child(directory, name).toString(), conf);
  }

  /** Whether it is there. */
  public boolean exists() {
    try {
      return files.exists(path);
    } catch (IOException e) {
      throw unreadable("looking for a file", e);
    }
  }

  /** Its content. */
  public byte[] read() {
    try (var in = files.open(path)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw unreadable("reading", e);
    }
  }

  /** Replaces its content. */
  public void write(byte[] content) {
    try {
      CommittedFile.write(path, content, conf);
    } catch (IOException e) {
      throw StorageFailure.of("writing", path, e);
    }
  }

  /** Replaces its content, in UTF-8. */
  public void write(String content) {
    try {
      CommittedFile.write(path, content, conf);
    } catch (IOException e) {
      throw StorageFailure.of("writing", path, e);
    }
  }

  /** An error (DATA) that says that {@code attempt} failed with this file. */
  public LongTailException unreadable(String attempt, IOException cause) {
    return new LongTailException(
        ErrorCode.DATA, "%s %s: %s".formatted(attempt, path, cause.getMessage()), cause);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
