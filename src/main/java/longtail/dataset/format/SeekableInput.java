package longtail.dataset.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A file of any Hadoop file system as a channel to read from at any place. */
final class SeekableInput implements SeekableByteChannel {
  private final FSDataInputStream in;
  private final long size;
  private long position;
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
    if (position >= size) {
      return -1;
    }
    byte[] bytes = new byte[(int) Math.min(target.remaining(), size - position)];
    in.readFully(position, bytes);
    target.put(bytes);
    position += bytes.length;
    return bytes.length;
  }

  @Override
  public long position() {
    return position;
  }

  /** Goes to {@code place}, which may lie beyond the end: nothing is read there. */
  @Override
  public SeekableByteChannel position(long place) {
    position = place;
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
