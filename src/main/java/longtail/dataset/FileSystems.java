package longtail.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Access to the files of any Hadoop file system. */
public final class FileSystems {
  private FileSystems() {}

  /**
   * The file system of {@code path}. Local files are read and written without Hadoop's {@code .crc}
   * companions, so that other tools may change them and positional reads are cheap.
   */
  public static FileSystem of(Path path, Configuration conf) throws IOException {
    FileSystem files = path.getFileSystem(conf);
    return files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
  }

  /**
   * {@code path} with its file system and working directory written out, so that it means the same
   * in every process.
   *
   * @throws longtail.LongTailException with code DATA if there is no such file system
   */
  public static String qualified(String path, Configuration conf) {
    Path named = new Path(path);
    try {
      return of(named, conf).makeQualified(named).toString();
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "Cannot reach the file system of " + path + ": " + e.getMessage(), e);
    }
  }

  /** Opens {@code path} for reading; {@code .gz} and {@code .tgz} are decompressed on the way. */
  public static InputStream open(Path path, Configuration conf) throws IOException {
    InputStream raw = of(path, conf).open(path, 1 << 16);
    String name = path.getName().toLowerCase(Locale.ROOT);
    if (!name.endsWith(".gz") && !name.endsWith(".tgz")) {
      return raw;
    }
    try {
      return new GZIPInputStream(raw, 1 << 16);
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  /**
   * The path of an image: {@code path} itself where it is absolute or a URI, else below {@code
   * root}. Colons in file names are allowed.
   */
  public static Path resolve(String root, String path) {
    return path.contains("://") || root.isEmpty()
        ? new Path(path)
        : new Path(new Path(root), new Path(null, null, path));
  }
}
