package longtail.dataset.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import longtail.dataset.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A file of any Hadoop file system as a channel to read from at any place. */
final class SeekableInput implements SeekableByteChannel {
  private final FSDataInputStream in;
  private final long size;
  private boolean open = true;

  private SeekableInput(FSDataInputStream in, long size) {
    this.in = in;
    this.size = size;
  }

  static SeekableInput open(Path path, Configuration conf) throws IOException {
    FileSystem files = FileSystems.of(path, conf);
    return new SeekableInput(files.open(path), files.getFileStatus(path).getLen());
  }

  /** The {@code length} bytes from {@code offset} on. */
  byte[] read(long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    in.readFully(offset, bytes);
    return bytes;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    byte[] bytes = new byte[target.remaining()];
    int read = in.read(bytes, 0, bytes.length);
    if (read > 0) {
      target.put(bytes, 0, read);
    }
    return read;
  }

  @Override
  public long position() throws IOException {
    return in.getPos();
  }

  @Override
  public SeekableByteChannel position(long place) throws IOException {
    in.seek(Math.min(place, size));
    return this;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() throws IOException {
    open = false;
    in.close();
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long length) {
    throw new NonWritableChannelException();
  }
}
