package longtail.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A file system that behaves as an object store does: a file is there when its stream is closed,
 * nothing is renamed, nothing appended to.
 */
public final class ObjectStore extends RawLocalFileSystem {
  private static final String ROOM = "objects.room";

  /** A configuration with which {@code objects:} means such a store. */
  public static Configuration configuration() {
    Configuration conf = new Configuration();
    addTo(conf);
    return conf;
  }

  /** The same with a store that has no room for files of more than {@code bytes} bytes. */
  public static Configuration configurationWithRoom(int bytes) {
    Configuration conf = configuration();
    conf.setInt(ROOM, bytes);
    conf.setBoolean("fs.objects.impl.disable.cache", true);
    return conf;
  }

  /** Makes {@code objects:} mean such a store. */
  public static void addTo(Configuration conf) {
    conf.set("fs.objects.impl", ObjectStore.class.getName());
  }

  /** A store whose content lies below {@code directory}. */
  public static String root(Path directory) {
    return "objects:" + directory.resolve("objects");
  }

  @Override
  public URI getUri() {
    return URI.create("objects:///");
  }

  @Override
  public boolean hasPathCapability(org.apache.hadoop.fs.Path path, String capability) {
    return capability.equals(CommonPathCapabilities.ABORTABLE_STREAM);
  }

  @Override
  public boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to) {
    throw new UnsupportedOperationException("a rename of " + from);
  }

  @Override
  public FSDataOutputStream append(
      org.apache.hadoop.fs.Path path, int bufferSize, Progressable progress) {
    throw new UnsupportedOperationException("appending to " + path);
  }

  @Override
  public FSDataOutputStream create(
      org.apache.hadoop.fs.Path path,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return create(
        path,
        FsPermission.getFileDefault(),
        overwrite,
        bufferSize,
        replication,
        blockSize,
        progress);
  }

  @Override
  public FSDataOutputStream create(
      org.apache.hadoop.fs.Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    if (!overwrite && exists(path)) {
      throw new org.apache.hadoop.fs.FileAlreadyExistsException(path.toString());
    }
    return new FSDataOutputStream(
        new Upload(pathToFile(path).toPath(), getConf().getInt(ROOM, Integer.MAX_VALUE)), null);
  }

  private static final class Upload extends ByteArrayOutputStream implements Abortable {
    private final Path target;
    private final int room;
    private boolean ended;

    Upload(Path target, int room) {
      this.target = target;
      this.room = room;
    }

    @Override
    public void close() throws IOException {
      if (!ended) {
        ended = true;
        if (size() > room) {
          throw new IOException("No space left on device");
        }
        Files.createDirectories(target.getParent());
        Files.write(target, toByteArray());
      }
    }

    @Override
    public AbortableResult abort() {
      ended = true;
      return new AbortableResult() {
        @Override
        public boolean alreadyClosed() {
          return false;
        }

        @Override
        public IOException anyCleanupException() {
          return null;
        }
      };
    }
  }
}
