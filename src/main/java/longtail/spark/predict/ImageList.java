package longtail.spark.predict;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The images that are to be predicted, in the order of the predictions.
 *
 * @param location how they are read
 * @param images at least one
 * @param notes what the user should know of the search
 */
record ImageList(ImageLocation location, List<ImageReference> images, List<String> notes) {
  /** Number of images. */
  int size() {
    return images.size();
  }

  /** The same with other notes. */
  ImageList withNotes(List<String> others) {
    return new ImageList(location, images, others);
  }

  /** Digest (SHA-256, hexadecimal) of what was found, and of its sizes and times where known. */
  String fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (DataOutputStream out =
          new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
        out.writeUTF(location.toString());
        for (ImageReference image : images) {
          out.write(image.toString().getBytes(StandardCharsets.UTF_8));
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    } catch (IOException e) {
      throw new UncheckedIOException("a digest takes any bytes", e);
    }
  }
}
