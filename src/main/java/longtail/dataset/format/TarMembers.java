package longtail.dataset.format;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import longtail.dataset.StorageException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;

/** The images of a tar file without their classes, read where they lie, by one thread. */
public final class TarMembers implements Closeable {
  private static final int BLOCK = 512;

  /** Programs fill up to a multiple of 20 blocks, some to more. */
  private static final int LONGEST_PADDING = 1 << 16;

  private final Path tar;
  private final SeekableInput in;

  /**
   * A file within.
   *
   * @param name of the file
   * @param offset of its first byte in the tar file
   * @param length its bytes
   */
  public record Member(String name, long offset, long length) {}

  private TarMembers(Path tar, SeekableInput in) {
    this.tar = tar;
    this.in = in;
  }

  /** {@code tar}, which is open as {@code in}. */
  static TarMembers of(Path tar, SeekableInput in) {
    return new TarMembers(tar, in);
  }

  /** Opens {@code tar}, which is not compressed. */
  public static TarMembers open(Path tar, Configuration conf) throws IOException {
    return new TarMembers(tar, SeekableInput.open(tar, conf));
  }

  /**
   * The files that are images by their names, in the order of the tar file; only headers are read.
   *
   * @throws IOException if it is no whole tar file, or a compressed one
   */
  public List<Member> list() throws IOException {
    List<Member> members = new ArrayList<>();
    try {
      for (TarArchiveEntry entry : files()) {
        String path = entry.getName().replaceFirst("^(\\./)+", "");
        if (WebDatasetTars.isImage(path)) {
          members.add(new Member(path, entry.getDataOffset(), entry.getSize()));
        }
      }
    } catch (IOException | IllegalArgumentException damaged) {
      throw new IOException(
          "%s is no whole tar file, or a compressed one, whose images cannot be read in place: %s"
              .formatted(tar, damaged.getMessage()),
          damaged);
    }
    return members;
  }

  /**
   * The headers of its files, in their order.
   *
   * @throws IOException if one of them is damaged, or something follows the end
   */
  List<TarArchiveEntry> files() throws IOException {
    List<TarArchiveEntry> files = new ArrayList<>();
    TarFile headers = new TarFile(in, BLOCK, BLOCK, StandardCharsets.UTF_8.name(), false);
    long end = 0;
    for (TarArchiveEntry entry : headers.getEntries()) {
      if (!entry.isCheckSumOK()) {
        throw new IOException("the header of %s has a wrong checksum".formatted(entry.getName()));
      }
      end = Math.max(end, entry.getDataOffset() + (entry.isFile() ? entry.getSize() : 0));
      if (entry.isFile()) {
        files.add(entry);
      }
    }
    requireEnd((end + BLOCK - 1) / BLOCK * BLOCK);
    return files;
  }

  /** What {@code cat} has put behind another tar file is not seen, and would be lost. */
  private void requireEnd(long end) throws IOException {
    long rest = Math.min(in.size() - end, LONGEST_PADDING);
    if (rest <= 0) {
      return;
    }
    for (byte value : in.read(end, (int) rest)) {
      if (value != 0) {
        throw new IOException(
            "it goes on behind its end; if tar files were put one behind the other, give them as files of their own, or join them with tar -A");
      }
    }
  }

  /**
   * The bytes of a file.
   *
   * @throws StorageException if the storage failed
   * @throws IOException if the tar file ends before
   */
  public byte[] read(long offset, long length) throws IOException {
    try {
      return in.read(offset, Math.toIntExact(length));
    } catch (EOFException e) {
      throw new IOException("%s ends before the image does".formatted(tar), e);
    } catch (IOException | FSError e) {
      throw new StorageException("cannot read %s: %s".formatted(tar, e.getMessage()), e);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
