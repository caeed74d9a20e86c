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
      TarFile files = new TarFile(in, 512, 512, StandardCharsets.UTF_8.name(), false);
      for (TarArchiveEntry entry : files.getEntries()) {
        String path = entry.getName().replaceFirst("^(\\./)+", "");
        if (entry.isFile() && WebDatasetTars.isImage(path)) {
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
