package longtail.dataset.format;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import longtail.dataset.Annotation;
import longtail.dataset.ImageContent;
import longtail.dataset.StorageException;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/** Images that lie in files of their own. */
final class FileSource implements CollectionImages {
  private final String root;
  private final Configuration conf;

  private FileSource(String root, Configuration conf) {
    this.root = root;
    this.conf = conf;
  }

  static FileSource of(String root, Configuration conf) {
    return new FileSource(root, conf);
  }

  @Override
  public ImageContent read(Annotation annotation) throws IOException {
    Path path = path(annotation);
    try {
      FileSystem files = FileSystems.of(path, conf);
      FileSystems.requireNameable(files, annotation.path());
      requireFile(files, path);
      try (InputStream in = files.open(path)) {
        return new ImageContent.Encoded(in.readAllBytes());
      }
    } catch (FileNotFoundException e) {
      throw notOpened(annotation, path, e);
    } catch (ChecksumException | UnsupportedFileSystemException e) {
      throw unusable(annotation, e);
    } catch (IOException | FSError e) {
      // FSError is how Hadoop reports a failing local disk
      throw storage(annotation, e);
    }
  }

  /** A pipe would be waited for, and a device need not end. */
  private static void requireFile(FileSystem files, Path path)
      throws UnsupportedFileSystemException {
    if (files instanceof RawLocalFileSystem local) {
      File file = local.pathToFile(path);
      if (file.exists() && !file.isFile() && !file.isDirectory()) {
        throw new UnsupportedFileSystemException("it is a pipe or a device and no file");
      }
    }
  }

  @Override
  public boolean contains(Annotation annotation) throws IOException {
    Path path;
    try {
      path = path(annotation);
    } catch (IOException none) {
      return false;
    }
    try {
      return FileSystems.of(path, conf).exists(path);
    } catch (UnsupportedFileSystemException none) {
      return false;
    } catch (IOException e) {
      throw storage(annotation, e);
    }
  }

  private Path path(Annotation annotation) throws IOException {
    try {
      return FileSystems.resolve(root, annotation.path());
    } catch (IllegalArgumentException none) {
      throw unusable(annotation, none);
    }
  }

  /** Hadoop says "not found" of files that may not be read, too, and of those of a lost mount. */
  private IOException notOpened(Annotation annotation, Path path, FileNotFoundException cause) {
    try {
      FileSystem files = FileSystems.of(path, conf);
      if (files.exists(path)) {
        return files.getFileStatus(path).isDirectory()
            ? unusable(annotation, new IOException("it is a folder", cause))
            : storage(annotation, cause);
      }
      if (!root.isEmpty() && !files.exists(FileSystems.path(root))) {
        return storage(annotation, new IOException("the directory is not there", cause));
      }
      return unusable(annotation, cause);
    } catch (IOException e) {
      return storage(annotation, e);
    }
  }

  private IOException unusable(Annotation annotation, Exception cause) {
    return new IOException(message(annotation, cause), cause);
  }

  private StorageException storage(Annotation annotation, Throwable cause) {
    return new StorageException(message(annotation, cause), cause);
  }

  private String message(Annotation annotation, Throwable cause) {
    return "cannot read the image %s in %s: %s"
        .formatted(annotation.path(), root, cause.getMessage());
  }

  @Override
  public void close() {}
}
