package longtail.spark.inspect;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import longtail.dataset.ImageContent;
import longtail.image.PerceptualHash;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;

/**
 * What is kept of an image.
 *
 * @param height in pixels, 0 if it cannot be read
 * @param width in pixels, 0 if it cannot be read
 * @param bytes length of its file, or of its pixels
 * @param digest the first 64 bits of the SHA-256 of its bytes
 * @param looks what it looks like; null if it cannot be read
 * @param reason why it cannot be read; null if it can
 */
public record ImageFacts(
    int height, int width, int bytes, long digest, PerceptualHash looks, String reason)
    implements Serializable {

  /** An image that cannot be read. */
  static ImageFacts unreadable(String reason) {
    return new ImageFacts(0, 0, 0, 0, null, reason);
  }

  boolean readable() {
    return reason == null;
  }

  /**
   * The facts of an image.
   *
   * @throws IOException with the reason, if it cannot be decoded
   */
  static ImageFacts of(ImageContent content) throws IOException {
    if (content instanceof ImageContent.Encoded file) {
      return of(file.bytes(), ImageCodec.decode(file.bytes()));
    }
    ImageContent.Pixels pixels = (ImageContent.Pixels) content;
    return of(pixels.rgb(), new RgbImage(pixels.height(), pixels.width(), pixels.rgb()));
  }

  private static ImageFacts of(byte[] bytes, RgbImage image) {
    return new ImageFacts(
        image.height(), image.width(), bytes.length, digest(bytes), PerceptualHash.of(image), null);
  }

  private static long digest(byte[] bytes) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
