package longtail.shard;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import longtail.storage.Digests;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A tar file whose bytes depend on its entries only: no times, owners or modes of this machine.
 * Knows where the payload of each entry begins.
 */
final class TarShard implements Closeable {
  private final MessageDigest digest = Digests.sha256();
  private final TarArchiveOutputStream tar;

  TarShard(OutputStream out) {
    tar =
        new TarArchiveOutputStream(
            new DigestOutputStream(out, digest), StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
  }

  /** Appends a file and returns the offset of its first byte. */
  long add(String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    entry.setModTime(0L);
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setMode(0100644);
    tar.putArchiveEntry(entry);
    long offset = tar.getBytesWritten();
    tar.write(content);
    tar.closeArchiveEntry();
    return offset;
  }

  /** Writes the end of the archive and returns its length in bytes. */
  long finish() throws IOException {
    tar.finish();
    tar.flush();
    return tar.getBytesWritten();
  }

  /** SHA-256 of all bytes, hexadecimal; once, after {@link #close}. */
  String sha256() {
    return Digests.hex(digest);
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
