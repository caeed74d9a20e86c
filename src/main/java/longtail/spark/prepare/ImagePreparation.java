package longtail.spark.prepare;

import java.io.IOException;
import java.io.Serializable;
import java.util.Locale;
import longtail.dataset.ImageContent;
import longtail.image.Bilinear;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.spark.job.ImageAttempt;

/** One stored image to the bytes of a shard: decode, convert to RGB, resize, encode. */
final class ImagePreparation implements Serializable {
  private static final long serialVersionUID = 1L;

  private final PrepareOptions options;

  ImagePreparation(PrepareOptions options) {
    this.options = options;
  }

  /**
   * Prepares {@code content}, which lies at {@code path}.
   *
   * @throws IOException with the reason, if the image is damaged, too large, or cannot be encoded
   */
  PreparedImage prepare(ImageContent content, String path) throws IOException {
    return ImageAttempt.of("prepared", () -> attempt(content, path));
  }

  private PreparedImage attempt(ImageContent content, String path) throws IOException {
    if (content instanceof ImageContent.Encoded file) {
      RgbImage image = ImageCodec.decode(file.bytes(), options.orientation(), options.limit());
      if (options.encoding() == ImageEncoding.KEEP) {
        return prepared(image, image, extension(file.bytes(), path), file.bytes());
      }
      return encode(image, options.encoding() != ImageEncoding.PNG);
    }
    ImageContent.Pixels pixels = (ImageContent.Pixels) content;
    RgbImage image = new RgbImage(pixels.height(), pixels.width(), pixels.rgb());
    return encode(image, options.encoding() == ImageEncoding.JPEG);
  }

  private PreparedImage encode(RgbImage source, boolean jpeg) throws IOException {
    RgbImage image = options.resize() == 0 ? source : resized(source);
    int longest = Math.max(image.height(), image.width());
    if (jpeg && longest <= ImageCodec.LONGEST_JPEG_SIDE) {
      return prepared(source, image, "jpg", ImageCodec.jpeg(image, options.quality()));
    }
    if (options.encoding() == ImageEncoding.JPEG) {
      throw new IOException(
          "%d x %d pixels do not fit into a JPEG, whose sides are at most %d; choose --encoding automatic or png"
              .formatted(image.width(), image.height(), ImageCodec.LONGEST_JPEG_SIDE));
    }
    return prepared(source, image, "png", ImageCodec.png(image));
  }

  private RgbImage resized(RgbImage source) throws IOException {
    long shorter = Math.min(source.height(), source.width());
    long side = options.resize();
    options
        .limit()
        .check(
            side * source.width() / shorter, side * source.height() / shorter, "the resized image");
    return Bilinear.shorterSide(source, options.resize());
  }

  private static PreparedImage prepared(
      RgbImage source, RgbImage image, String extension, byte[] bytes) {
    return new PreparedImage(
        extension, bytes, image.height(), image.width(), source.height(), source.width());
  }

  /** By the content where it is known, for names lie. */
  private static String extension(byte[] bytes, String path) {
    if (bytes[0] == (byte) 0xFF) {
      return "jpg";
    }
    if (bytes[0] == (byte) 0x89) {
      return "png";
    }
    return path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
