package longtail.storage;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Local files without Hadoop's {@code .crc} companions, so that other tools may change them and
 * positional reads are cheap. A disk that is full or broken is an {@link IOException} that names
 * the directory, not Hadoop's {@link FSError}, which nobody expects.
 */
final class LocalFiles extends RawLocalFileSystem {
  /** Like {@code like}, with its configuration and working directory. */
  static LocalFiles like(RawLocalFileSystem like) {
    LocalFiles files = new LocalFiles();
    try {
      files.initialize(like.getUri(), new Configuration(like.getConf()));
    } catch (IOException e) {
      throw new IllegalStateException("the local file system needs nothing that can fail", e);
    }
    files.setWorkingDirectory(like.getWorkingDirectory());
    return files;
  }

  @Override
  public FSDataInputStream open(Path file, int bufferSize) throws IOException {
    return new FSDataInputStream(new Input(super.open(file, bufferSize), file));
  }

  @Override
  protected OutputStream createOutputStream(Path file, boolean append) throws IOException {
    return new Output(super.createOutputStream(file, append), file);
  }

  @Override
  protected OutputStream createOutputStreamWithMode(
      Path file, boolean append, FsPermission permission) throws IOException {
    return new Output(super.createOutputStreamWithMode(file, append, permission), file);
  }

  private static IOException failure(Path file, FSError error) {
    Throwable cause = error.getCause() == null ? error : error.getCause();
    String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new IOException(reason + " in " + file.getParent().toUri().getPath(), cause);
  }

  /** Writes to a file. */
  private static final class Output extends FilterOutputStream {
    private final Path file;

    Output(OutputStream out, Path file) {
      super(out);
      this.file = file;
    }

    @Override
    public void write(int value) throws IOException {
      try {
        out.write(value);
      } catch (FSError e) {
        throw failure(file, e);
      }
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (FSError e) {
        throw failure(file, e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (FSError e) {
        throw failure(file, e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } catch (FSError e) {
        throw failure(file, e);
      }
    }
  }

  /** Reads from a file. */
  private static final class Input extends FSInputStream {
    private final FSDataInputStream in;
    private final Path file;

    Input(FSDataInputStream in, Path file) {
      this.in = in;
      this.file = file;
    }

    @Override
    public void seek(long position) throws IOException {
      try {
        in.seek(position);
      } catch (FSError e) {
        throw failure(file, e);
      }
    }

    @Override
    public long getPos() throws IOException {
      return in.getPos();
    }

    @Override
    public boolean seekToNewSource(long position) {
      return false;
    }

    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (FSError e) {
        throw failure(file, e);
      }
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      try {
        return in.read(bytes, from, length);
      } catch (FSError e) {
        throw failure(file, e);
      }
    }

    @Override
    public int read(long position, byte[] bytes, int from, int length) throws IOException {
      try {
        return in.read(position, bytes, from, length);
      } catch (FSError e) {
        throw failure(file, e);
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
