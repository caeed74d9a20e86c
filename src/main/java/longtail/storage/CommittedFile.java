package longtail.storage;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/**
 * A file that is there completely or not at all, in place of an earlier one of its name if there
 * was one. Several processes may write the same file: none sees the other's bytes, the last commit
 * stays.
 *
 * <p>There is one way for each kind of store, and the store itself says which. Where a file can be
 * seen while it is written (local disks, HDFS and all others that do not say otherwise) it is
 * written beside its place under a name that begins with {@code _writing-}, which nobody reads as
 * data and Spark and Hadoop hide from listings, and renamed: these stores rename one file at once.
 * Where a file comes into being only when its stream is closed, and the stream can be given up
 * before (object stores such as S3, by Hadoop's capability {@code
 * fs.capability.outputstream.abortable}), it is written straight: a rename there is a copy, which
 * costs the time of the whole file again.
 *
 * <p>An earlier file is replaced in one step on local disks, HDFS and stores of the second kind; on
 * others it is deleted before the rename, so for a moment neither is there.
 */
public final class CommittedFile implements Closeable {
  private static final String ASIDE = "_writing-";

  private final FileSystem files;
  private final Path target;
  private final Path written;
  private final FSDataOutputStream out;
  private boolean done;

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes it to {@code out}, which the caller closes. */
    void write(OutputStream out) throws IOException;
  }

  private CommittedFile(FileSystem files, Path target, Path written) throws IOException {
    this.files = files;
    this.target = target;
    this.written = written;
    out = files.create(written, true, 1 << 16);
  }

  /** Begins {@code target}; its directory comes into being where it is missing. */
  public static CommittedFile begin(Path target, Configuration conf) throws IOException {
    return begin(target, target.getParent(), conf);
  }

  /**
   * Begins {@code target}.
   *
   * @param aside directory on the same store for what is not complete, where it goes aside
   */
  public static CommittedFile begin(Path target, Path aside, Configuration conf)
      throws IOException {
    FileSystem files = FileSystems.of(target, conf);
    boolean straight = files.hasPathCapability(target, CommonPathCapabilities.ABORTABLE_STREAM);
    String name = ASIDE + target.getName() + "-" + UUID.randomUUID();
    return new CommittedFile(files, target, straight ? target : FileSystems.child(aside, name));
  }

  /** Writes {@code target} as a whole. */
  public static void write(Path target, Content content, Configuration conf) throws IOException {
    try (CommittedFile file = begin(target, conf)) {
      content.write(file.out);
      file.commit();
    }
  }

  /** Writes {@code target} as a whole. */
  public static void write(Path target, byte[] content, Configuration conf) throws IOException {
    write(target, out -> out.write(content), conf);
  }

  /** Writes {@code target} as a whole, in UTF-8. */
  public static void write(Path target, String content, Configuration conf) throws IOException {
    write(target, content.getBytes(StandardCharsets.UTF_8), conf);
  }

  /**
   * Removes from {@code directory}, if there is one, what writers have begun and neither committed
   * nor given up because their process ended. Only for who knows that nobody writes there now.
   */
  public static void removeAbandoned(Path directory, Configuration conf) throws IOException {
    FileSystem files = FileSystems.of(directory, conf);
    if (!files.exists(directory)) {
      return;
    }
    for (FileStatus entry : files.listStatus(directory)) {
      if (isAbandoned(entry.getPath())) {
        files.delete(entry.getPath(), true);
      }
    }
  }

  /** Whether {@code path} has the name of something that was begun and is not committed. */
  public static boolean isAbandoned(Path path) {
    return path.getName().startsWith(ASIDE);
  }

  /** Takes the content. */
  public FSDataOutputStream stream() {
    return out;
  }

  /** Puts the complete file in its place. */
  public void commit() throws IOException {
    out.close();
    if (!written.equals(target)) {
      replace();
    }
    done = true;
  }

  private void replace() throws IOException {
    if (files instanceof DistributedFileSystem hdfs) {
      hdfs.rename(written, target, Options.Rename.OVERWRITE);
      return;
    }
    if (!(files instanceof LocalFiles)) {
      files.delete(target, false);
    }
    if (!files.rename(written, target)) {
      throw new IOException("the file system did not rename " + written + " to " + target);
    }
  }

  /** Gives the file up unless it is committed. */
  @Override
  public void close() throws IOException {
    if (done) {
      return;
    }
    done = true;
    if (written.equals(target)) {
      out.abort();
      return;
    }
    try {
      out.close();
    } finally {
      files.delete(written, false);
    }
  }
}
