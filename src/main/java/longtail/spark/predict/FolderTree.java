package longtail.spark.predict;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.format.LeftOut;
import longtail.spark.job.JobFailures;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * All files below some folders, by what they are: images, tar files, Parquet files; whatever else
 * is {@link LeftOut} by its name.
 *
 * <p>The driver lists the first levels, until there are enough folders to keep the executors busy;
 * these list what is below.
 */
public final class FolderTree {
  private static final int FOLDERS_PER_CORE = 4;

  private final String root;
  private final Configuration conf;
  private final List<ImageReference> images = new ArrayList<>();
  private final List<ImageReference> tars = new ArrayList<>();
  private final List<ImageReference> tables = new ArrayList<>();
  private final LeftOut leftOut = new LeftOut();
  private final Deque<String> folders = new ArrayDeque<>();

  /**
   * What a task has found.
   *
   * @param images files that may be images
   * @param tars files that are archives of images
   * @param tables files that are tables of images
   * @param leftOut how many other files there are of each kind
   */
  public record Found(
      List<ImageReference> images,
      List<ImageReference> tars,
      List<ImageReference> tables,
      Map<String, Integer> leftOut)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private FolderTree(String root, Configuration conf) {
    this.root = root;
    this.conf = conf;
  }

  /** Nothing yet, of what lies below {@code root}; names are relative to it. */
  static FolderTree below(String root, Configuration conf) {
    return new FolderTree(root, conf);
  }

  /** Adds the file or folder {@code name}, whose entry is {@code entry}. */
  void add(String name, FileStatus entry) {
    String last = entry.getPath().getName();
    String lower = last.toLowerCase(Locale.ROOT);
    if (entry.isDirectory()) {
      if (!leftOut.folder(last)) {
        folders.add(name);
      }
      return;
    }
    ImageReference file = ImageReference.file(name, entry.getLen(), entry.getModificationTime());
    if (!last.startsWith(".") && isTar(lower)) {
      tars.add(file);
    } else if (!last.startsWith(".") && isTable(lower)) {
      tables.add(file);
    } else if (!leftOut.file(last)) {
      images.add(file);
    }
  }

  /** Adds all that is below the root. */
  void addAll() {
    folders.add("");
  }

  /** Whether a file of this name, in small letters, is a tar archive. */
  static boolean isTar(String name) {
    return name.endsWith(".tar") || name.endsWith(".tar.gz") || name.endsWith(".tgz");
  }

  /** Whether a file of this name, in small letters, is a table. */
  static boolean isTable(String name) {
    return name.endsWith(".parquet");
  }

  /**
   * Lists all that is below the folders that were added.
   *
   * @throws LongTailException (DATA) if a folder cannot be listed to its end
   */
  void list(JavaSparkContext spark) {
    int enough = FOLDERS_PER_CORE * spark.defaultParallelism();
    while (!folders.isEmpty() && folders.size() < enough) {
      list(folders.remove());
    }
    if (folders.isEmpty()) {
      return;
    }
    List<String> below = List.copyOf(folders);
    folders.clear();
    String from = root;
    SerializableConfiguration hadoop = new SerializableConfiguration(conf);
    spark.sc().setJobDescription("list the images in " + root);
    try {
      JobFailures.unwrap(
              () ->
                  spark
                      .parallelize(below, Math.min(below.size(), enough))
                      .mapPartitions(part -> List.of(found(from, part, hadoop.value())).iterator())
                      .collect())
          .forEach(this::add);
    } finally {
      spark.sc().setJobDescription(null);
    }
  }

  private static Found found(String root, Iterator<String> folders, Configuration conf) {
    FolderTree tree = below(root, conf);
    folders.forEachRemaining(tree.folders::add);
    while (!tree.folders.isEmpty()) {
      tree.list(tree.folders.remove());
    }
    return new Found(tree.images, tree.tars, tree.tables, tree.leftOut.kinds());
  }

  private void add(Found found) {
    images.addAll(found.images());
    tars.addAll(found.tars());
    tables.addAll(found.tables());
    leftOut.add(found.leftOut());
  }

  private void list(String folder) {
    Path path = folder.isEmpty() ? FileSystems.path(root) : FileSystems.child(root, folder);
    try {
      for (FileStatus entry : FileSystems.list(path, conf)) {
        String name = entry.getPath().getName();
        add(folder.isEmpty() ? name : folder + "/" + name, entry);
      }
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "listing the images in %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** Files that may be images. */
  List<ImageReference> images() {
    return images;
  }

  /** Archives of images. */
  List<ImageReference> tars() {
    return tars;
  }

  /** Tables of images. */
  List<ImageReference> tables() {
    return tables;
  }

  /** Counts {@code files}, which are not what the folder is taken for. */
  void leaveOut(List<ImageReference> files) {
    for (ImageReference file : files) {
      leftOut.file(file.name().substring(file.name().lastIndexOf('/') + 1));
    }
  }

  /** What was left out, in words. */
  List<String> notes() {
    return leftOut.notes();
  }
}
