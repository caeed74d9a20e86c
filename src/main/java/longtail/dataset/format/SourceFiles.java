package longtail.dataset.format;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files that one path means: a file, those of a directory, or those that a pattern such as
 * {@code train-*.tar} matches.
 *
 * @param directory that they lie in
 * @param names of the files, sorted
 */
record SourceFiles(String directory, List<String> names) {

  /**
   * Finds the files of {@code annotations}.
   *
   * @param endings that count in a directory, in lower case
   * @throws longtail.LongTailException (DATA) if there are none
   */
  static SourceFiles of(
      String annotations, List<String> endings, AnnotationCollector collector, Configuration conf) {
    Path path = FileSystems.path(annotations);
    try {
      FileSystem files = FileSystems.of(path, conf);
      if (files.exists(path)) {
        return files.getFileStatus(path).isDirectory()
            ? inDirectory(path, endings, collector, conf)
            : new SourceFiles(parent(path), List.of(path.getName()));
      }
      return matching(path, files, collector);
    } catch (IOException e) {
      throw AnnotationCollector.unreadable(annotations, e);
    }
  }

  private static SourceFiles inDirectory(
      Path path, List<String> endings, AnnotationCollector collector, Configuration conf)
      throws IOException {
    List<String> names =
        FileSystems.list(path, conf).stream()
            .filter(FileStatus::isFile)
            .map(file -> file.getPath().getName())
            .filter(name -> !name.startsWith("."))
            .filter(name -> endings.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith))
            .toList();
    if (names.isEmpty()) {
      throw collector.bad("the directory", "it holds no file that ends in " + endings);
    }
    return new SourceFiles(path.toString(), names);
  }

  private static SourceFiles matching(Path pattern, FileSystem files, AnnotationCollector collector)
      throws IOException {
    FileStatus[] found = files.globStatus(pattern, file -> true);
    if (found == null || found.length == 0) {
      throw collector.bad("the path", "there is no such file, and no file that it matches");
    }
    List<Path> paths =
        Arrays.stream(found).filter(FileStatus::isFile).map(FileStatus::getPath).sorted().toList();
    if (paths.isEmpty()) {
      throw collector.bad(
          "the path",
          "it matches directories and no file; name one of them, or a pattern of files");
    }
    String first = parent(paths.get(0));
    if (!paths.stream().allMatch(path -> parent(path).equals(first))) {
      throw collector.bad(
          "the path", "it matches files of several directories; prepare one directory at a time");
    }
    return new SourceFiles(first, paths.stream().map(Path::getName).toList());
  }

  private static String parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? "" : parent.toString();
  }

  /** Where the file {@code name} lies. */
  Path path(String name) {
    return FileSystems.resolve(directory, name);
  }
}
