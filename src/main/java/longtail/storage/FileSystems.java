package longtail.storage;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Access to the files of any Hadoop file system. */
public final class FileSystems {
  private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/");

  /** How this process writes the names of local files. */
  private static final Charset NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name()));

  private static final Map<RawLocalFileSystem, LocalFiles> LOCAL = new WeakHashMap<>();

  private FileSystems() {}

  /**
   * The file system of {@code path}. Local files are read and written without Hadoop's {@code .crc}
   * companions, so that other tools may change them and positional reads are cheap; that a disk is
   * full is an {@link IOException} there too. It is shared: nobody closes it.
   */
  public static FileSystem of(Path path, Configuration conf) throws IOException {
    FileSystem files = path.getFileSystem(conf);
    if (files instanceof LocalFileSystem local
        && local.getRawFileSystem() instanceof RawLocalFileSystem raw) {
      synchronized (LOCAL) {
        return LOCAL.computeIfAbsent(raw, LocalFiles::like);
      }
    }
    return files;
  }

  /**
   * The path that {@code text} means: a URI if it names a file system ({@code hdfs:/...}, {@code
   * s3a://...}), else a path of the default file system, whose names may hold colons.
   */
  public static Path path(String text) {
    return URI.matcher(text).lookingAt() || text.isEmpty()
        ? new Path(text)
        : new Path(null, null, text);
  }

  /** The entry {@code name} of {@code directory}; colons are a part of the name. */
  public static Path child(Path directory, String name) {
    return new Path(directory, new Path(null, null, name));
  }

  /** The entry {@code name} of {@code directory}, which is text as for {@link #path}. */
  public static Path child(String directory, String name) {
    return child(path(directory), name);
  }

  /**
   * All entries of {@code directory}, sorted by name. Those that start with a dot may be missing.
   *
   * @throws IOException if it is none, or an entry cannot be looked at: a local listing drops such
   *     entries without a word
   */
  public static List<FileStatus> list(Path directory, Configuration conf) throws IOException {
    FileSystem files = of(directory, conf);
    if (!files.getFileStatus(directory).isDirectory()) {
      throw new IOException(directory + " is a file, expected a directory");
    }
    List<FileStatus> entries =
        Arrays.stream(files.listStatus(directory))
            .sorted(Comparator.comparing(entry -> entry.getPath().getName()))
            .toList();
    if (files instanceof RawLocalFileSystem local) {
      requireAll(local.pathToFile(directory), entries);
    }
    return entries;
  }

  private static void requireAll(File directory, List<FileStatus> entries) throws IOException {
    String[] names = directory.list();
    if (names == null) {
      throw new IOException("the directory " + directory + " cannot be listed");
    }
    Set<String> lost = new TreeSet<>(Arrays.asList(names));
    entries.forEach(entry -> lost.remove(entry.getPath().getName()));
    lost.removeIf(name -> name.startsWith("."));
    if (lost.isEmpty()) {
      return;
    }
    String name = lost.iterator().next();
    boolean unreadable = lost.stream().anyMatch(lostName -> lostName.indexOf('\uFFFD') >= 0);
    throw new IOException(
        "%d entries of %s cannot be looked at, such as '%s': %s"
            .formatted(
                lost.size(),
                directory,
                name,
                unreadable
                    ? "their names are not in the character set %s of this process; set LC_ALL to a locale of UTF-8 such as C.UTF-8, on every machine, and rename files whose names are in another one"
                        .formatted(NAMES)
                    : "are they links to nothing? Mend or remove them"));
  }

  /**
   * Checks that this process can say the name of a local file at all.
   *
   * @throws LongTailException (DATA) if {@code path} has signs that the locale does not have
   */
  public static void requireNameable(FileSystem files, String path) {
    if (files instanceof RawLocalFileSystem && !NAMES.newEncoder().canEncode(path)) {
      throw new LongTailException(
          ErrorCode.DATA,
          "The file name %s has signs outside the character set %s of this process: set LC_ALL to a locale of UTF-8 such as C.UTF-8, on every machine"
              .formatted(path, NAMES));
    }
  }

  /**
   * {@code path} with its file system and working directory written out, so that it means the same
   * in every process.
   *
   * @throws longtail.LongTailException with code DATA if there is no such file system
   */
  public static String qualified(String path, Configuration conf) {
    Path named = path(path);
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
    return path.contains("://") || root.isEmpty() ? path(path) : child(path(root), path);
  }
}
