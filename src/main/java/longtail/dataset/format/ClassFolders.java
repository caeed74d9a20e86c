package longtail.dataset.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.FileSystems;
import longtail.dataset.ImageCollection;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One folder per class: the folders in sorted order are class 0, 1, ..., their files in sorted
 * order the images, identified by {@code folder/file}. Hidden files and files beside the folders
 * are no images.
 */
final class ClassFolders {
  private ClassFolders() {}

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    Path root = new Path(collection.images());
    AnnotationCollector collector = new AnnotationCollector(collection.images());
    List<String> classNames = new ArrayList<>();
    try {
      FileSystem files = FileSystems.of(root, conf);
      for (FileStatus folder : visible(files, root)) {
        if (folder.isDirectory()) {
          add(collector, files, folder.getPath(), classNames.size());
          classNames.add(folder.getPath().getName());
        }
      }
    } catch (IOException e) {
      throw AnnotationCollector.unreadable(collection.images(), e);
    }
    return collector.build(classNames);
  }

  private static void add(AnnotationCollector collector, FileSystem files, Path folder, int label)
      throws IOException {
    List<FileStatus> images = visible(files, folder);
    if (images.isEmpty()) {
      throw collector.bad(
          "folder " + folder.getName(), "it is empty: add its images or remove the folder");
    }
    for (FileStatus image : images) {
      String path = folder.getName() + "/" + image.getPath().getName();
      if (image.isDirectory()) {
        throw collector.bad(path, "expected an image, was a folder");
      }
      collector.add(path, new Annotation(path, path, label, 0, 0));
    }
  }

  private static List<FileStatus> visible(FileSystem files, Path folder) throws IOException {
    return Arrays.stream(files.listStatus(folder))
        .filter(
            f -> !f.getPath().getName().startsWith(".") && !f.getPath().getName().startsWith("_"))
        .sorted(Comparator.comparing(f -> f.getPath().getName()))
        .toList();
  }
}
