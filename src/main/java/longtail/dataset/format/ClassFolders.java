package longtail.dataset.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import longtail.Quantity;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * One folder per class: the folders in sorted order are class 0, 1, ..., their files in sorted
 * order the images, identified by {@code folder/file}. What is {@link LeftOut} is no image.
 */
final class ClassFolders {
  private final ImageCollection collection;
  private final Configuration conf;
  private final AnnotationCollector collector;
  private final LeftOut leftOut = new LeftOut();

  private ClassFolders(ImageCollection collection, Configuration conf) {
    this.collection = collection;
    this.conf = conf;
    this.collector = new AnnotationCollector(collection.images());
  }

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    try {
      return new ClassFolders(collection, conf).read();
    } catch (IOException e) {
      throw AnnotationCollector.unreadable(collection.images(), e);
    }
  }

  private AnnotatedSet read() throws IOException {
    List<String> classNames = new ArrayList<>();
    for (FileStatus entry : FileSystems.list(FileSystems.path(collection.images()), conf)) {
      String name = entry.getPath().getName();
      if (!entry.isDirectory()) {
        leftOut.beside(name);
      } else if (!leftOut.folder(name)) {
        add(entry.getPath(), classNames.size());
        classNames.add(name);
      }
    }
    if (classNames.isEmpty() && leftOut.besideFolders() > 0) {
      throw collector.bad(
          "the folder",
          "it holds %s and no folder: put the images of each class into a folder of its own"
              .formatted(Quantity.of(leftOut.besideFolders(), "file")));
    }
    leftOut.notes().forEach(collector::note);
    return collector.build(classNames);
  }

  private void add(Path folder, int label) throws IOException {
    int before = collector.size();
    for (FileStatus image : FileSystems.list(folder, conf)) {
      String name = image.getPath().getName();
      String path = folder.getName() + "/" + name;
      if (image.isDirectory()) {
        if (!leftOut.folder(name)) {
          throw collector.bad(
              path,
              "expected an image, was a folder: the images of a class lie in its folder itself");
        }
      } else if (!leftOut.file(name)) {
        collector.add(path, new Annotation(path, path, label, 0, 0));
      }
    }
    if (collector.size() == before && collection.classNames().isEmpty()) {
      throw collector.bad(
          "folder " + folder.getName(),
          "it is empty: add its images, remove the folder, or, if the images lack a class of the training set, name the classes with --classes-from or --classes");
    }
  }
}
