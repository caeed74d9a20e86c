package longtail.spark.predict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.TextFile;
import longtail.dataset.format.LeftOut;
import longtail.shard.Samples;
import longtail.shard.ShardedDataset;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Finds the images that a path means: a prepared dataset, a folder with all that is below it, a
 * file, a pattern, or a list of paths; where there are no image files, those in tar files or
 * Parquet tables. All but the rows of tables are sorted by their names, which are paths below what
 * the user named.
 *
 * <p>The names of all images are in the driver's memory, about 200 bytes for each.
 */
final class ImageSearch {
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final String given;

  private ImageSearch(JavaSparkContext spark, String given) {
    this.spark = spark;
    this.conf = spark.hadoopConfiguration();
    this.given = given;
  }

  /**
   * Finds the images.
   *
   * @throws LongTailException (DATA) if the path does not exist, cannot be listed to its end, or
   *     has no images
   */
  static ImageList find(JavaSparkContext spark, String path) {
    ImageSearch search = new ImageSearch(spark, path);
    try {
      ImageList found = search.find();
      if (found.images().isEmpty()) {
        throw search.none(String.join("; ", found.notes()));
      }
      return found;
    } catch (IOException | IllegalArgumentException e) {
      // IllegalArgumentException is how Hadoop refuses a path that is none
      throw new LongTailException(
          ErrorCode.DATA, "looking for images in %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  private ImageList find() throws IOException {
    Path path = FileSystems.path(given);
    FileSystem files = FileSystems.of(path, conf);
    FileSystems.requireNameable(files, given);
    if (!files.exists(path)) {
      if (Glob.isPattern(given)) {
        return pattern(Glob.of(given));
      }
      throw new IOException("there is nothing; check --images");
    }
    FileStatus status = files.getFileStatus(path);
    if (!status.isDirectory()) {
      return file(status);
    }
    if (ShardedDataset.exists(given, conf)) {
      return prepared();
    }
    FolderTree tree = FolderTree.below(root(given), conf);
    tree.addAll();
    return of(tree, root(given));
  }

  private ImageList pattern(Glob glob) throws IOException {
    FolderTree tree = FolderTree.below(root(glob.base()), conf);
    Map<String, FileStatus> matches = glob.matches(conf);
    if (matches.isEmpty()) {
      throw new IOException("nothing matches the pattern; put it in quotes, and check it");
    }
    matches.forEach(tree::add);
    return of(tree, root(glob.base()));
  }

  private ImageList file(FileStatus status) {
    Path path = FileSystems.path(given);
    String name = path.getName();
    String folder = path.getParent() == null ? "." : path.getParent().toString();
    if (!FolderTree.isTar(lower(name))
        && !FolderTree.isTable(lower(name))
        && new LeftOut().file(name)) {
      return listed(folder.isEmpty() ? "." : folder);
    }
    FolderTree tree = FolderTree.below(root(folder.isEmpty() ? "." : folder), conf);
    tree.add(name, status);
    return of(tree, root(folder.isEmpty() ? "." : folder));
  }

  /** The images of a list file; that one is missing shows when it is read. */
  private ImageList listed(String folder) {
    List<ImageReference> images = new ArrayList<>();
    TextFile.read(
        given,
        (number, line) -> {
          if (!line.isBlank()) {
            images.add(ImageReference.file(line.strip(), 0, 0));
          }
        },
        conf);
    return sorted(new ImageLocation.Files(root(folder)), images, List.of());
  }

  private ImageList prepared() {
    ShardedDataset dataset = ShardedDataset.open(given, conf);
    Samples samples = dataset.samples();
    List<ImageReference> images = new ArrayList<>();
    IntStream.range(0, samples.size())
        .forEach(
            row ->
                images.add(
                    new ImageReference(
                        samples.imageId(row),
                        Integer.toString(samples.shard(row)),
                        row,
                        samples.length(row),
                        0)));
    return sorted(new ImageLocation.Prepared(dataset.directory()), images, List.of());
  }

  /** The images of a tree; where it has none, those in its tar files, or else in its tables. */
  private ImageList of(FolderTree tree, String root) {
    tree.list(spark);
    boolean tars = tree.images().isEmpty() && !tree.tars().isEmpty();
    boolean tables = tree.images().isEmpty() && !tars;
    if (!tars) {
      tree.leaveOut(tree.tars());
    }
    if (!tables) {
      tree.leaveOut(tree.tables());
    }
    if (tars) {
      return ContainerContents.ofTars(spark, root, tree.tars()).withNotes(tree.notes());
    }
    if (tables && !tree.tables().isEmpty()) {
      return ContainerContents.ofTables(spark, root, tree.tables()).withNotes(tree.notes());
    }
    return sorted(new ImageLocation.Files(root), tree.images(), tree.notes());
  }

  private static ImageList sorted(
      ImageLocation location, List<ImageReference> images, List<String> notes) {
    images.sort(Comparator.comparing(ImageReference::name));
    return new ImageList(location, images, notes);
  }

  private String root(String folder) {
    return FileSystems.qualified(folder, conf);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private LongTailException none(String notes) {
    return new LongTailException(
        ErrorCode.DATA,
        "looking for images in %s: there are none%s; give a folder, a file, a pattern in quotes, a list of paths, or a prepared dataset"
            .formatted(given, notes.isEmpty() ? "" : " (" + notes + ")"));
  }
}
