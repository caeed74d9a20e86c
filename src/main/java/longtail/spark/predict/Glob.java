package longtail.spark.predict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.Path;

/**
 * A pattern of paths on any file system, as Hadoop writes them ({@code *}, {@code ?}, {@code
 * [a-c]}, <code>{jpg,png}</code>). Listings are complete: unlike Hadoop's own, an entry that cannot
 * be looked at is an error.
 *
 * @param base directory above the first part of the path that is a pattern
 * @param rest the parts below it
 */
record Glob(String base, String rest) {
  /** Whether {@code path} has signs of a pattern. */
  static boolean isPattern(String path) {
    return path.chars().anyMatch(sign -> "*?[{".indexOf(sign) >= 0);
  }

  /** The pattern {@code path}. */
  static Glob of(String path) {
    int first = 0;
    while ("*?[{".indexOf(path.charAt(first)) < 0) {
      first++;
    }
    int slash = path.lastIndexOf('/', first);
    String base = slash < 0 ? "." : slash == 0 ? "/" : path.substring(0, slash);
    return new Glob(base, path.substring(slash + 1));
  }

  /**
   * What matches, by its path below {@link #base}, sorted.
   *
   * @throws IOException if a directory cannot be listed
   */
  TreeMap<String, FileStatus> matches(Configuration conf) throws IOException {
    TreeMap<String, FileStatus> found = new TreeMap<>();
    for (String pattern : GlobExpander.expand(rest)) {
      match("", List.of(pattern.split("/+")), found, conf);
    }
    return found;
  }

  private void match(
      String folder, List<String> parts, TreeMap<String, FileStatus> found, Configuration conf)
      throws IOException {
    GlobFilter filter = new GlobFilter(parts.get(0));
    List<String> below = parts.subList(1, parts.size());
    for (FileStatus entry : entries(folder, parts.get(0), filter, conf)) {
      String last = entry.getPath().getName();
      String name = folder.isEmpty() ? last : folder + "/" + last;
      if (below.isEmpty()) {
        found.put(name, entry);
      } else if (entry.isDirectory()) {
        match(name, below, found, conf);
      }
    }
  }

  private List<FileStatus> entries(
      String folder, String part, GlobFilter filter, Configuration conf) throws IOException {
    Path path = folder.isEmpty() ? FileSystems.path(base) : FileSystems.child(base, folder);
    FileSystem files = FileSystems.of(path, conf);
    if (!filter.hasPattern()) {
      Path child = FileSystems.child(path, part);
      return files.exists(child) ? List.of(files.getFileStatus(child)) : List.of();
    }
    if (!files.exists(path)) {
      return List.of();
    }
    List<FileStatus> matching = new ArrayList<>();
    for (FileStatus entry : FileSystems.list(path, conf)) {
      if (filter.accept(entry.getPath())) {
        matching.add(entry);
      }
    }
    return matching;
  }
}
