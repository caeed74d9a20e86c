package longtail.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;

/**
 * Length and digest of a file, by which a commit knows it again.
 *
 * @param bytes its length
 * @param sha256 its digest, hexadecimal
 */
public record FileDigest(long bytes, String sha256) {

  /** Reads {@code in} to its end. */
  public static FileDigest of(InputStream in) throws IOException {
    MessageDigest digest = Digests.sha256();
    long bytes = new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
    return new FileDigest(bytes, Digests.hex(digest));
  }

  /** Reads {@code file} as it is stored. */
  public static FileDigest of(Path file, Configuration conf) throws IOException {
    try (InputStream in = FileSystems.of(file, conf).open(file, 1 << 16)) {
      return of(in);
    }
  }

  /**
   * Writes {@code file} straight to its place, where it does not count before what commits it: an
   * index or a manifest that holds the digest and is written later, as a {@link CommittedFile}.
   */
  public static FileDigest write(Path file, CommittedFile.Content content, Configuration conf)
      throws IOException {
    try (FSDataOutputStream out = FileSystems.of(file, conf).create(file, true, 1 << 16)) {
      DigestOutputStream digested = new DigestOutputStream(out, Digests.sha256());
      content.write(digested);
      digested.flush();
      return new FileDigest(out.getPos(), Digests.hex(digested.getMessageDigest()));
    }
  }
}
