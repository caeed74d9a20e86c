package longtail.image.codec;

import java.io.IOException;
import longtail.image.ImageSource;
import longtail.image.RgbImage;

/**
 * Encoded images to {@link RgbImage} and back.
 *
 * <p>Decoding gives what Python's PIL gives after {@code convert("RGB")}: colour profiles are not
 * applied, alpha is dropped, inks are taken as Adobe stores them, grey is repeated, a palette is
 * looked up. Samples of 16 bits are scaled to 8 by their upper byte. What cannot be given exactly
 * is refused with the reason, and so is what is damaged where others fill up.
 */
public final class ImageCodec {
  private ImageCodec() {}

  /**
   * Decodes a prepared image as it is stored.
   *
   * @throws IOException with the reason, if the bytes are no image, damaged or truncated
   */
  public static RgbImage decode(byte[] encoded) throws IOException {
    return decode(encoded, Orientation.AS_STORED, PixelLimit.NONE);
  }

  /**
   * Decodes a JPEG, PNG, GIF, BMP or TIFF image.
   *
   * @param orientation whether the Exif orientation of a JPEG or PNG is applied; that of a TIFF
   *     always is
   * @param limit held against the size that the header claims before anything is allocated
   * @throws IOException with the reason, if the bytes are no image, too large, damaged or truncated
   */
  public static RgbImage decode(byte[] encoded, Orientation orientation, PixelLimit limit)
      throws IOException {
    if (encoded.length == 0) {
      throw new IOException("the file is empty");
    }
    ImageFormat format = ImageFormat.of(encoded);
    return checked(
        () ->
            switch (format) {
              case JPEG -> jpeg(encoded, orientation, limit);
              case PNG -> PngDecoder.decode(encoded, orientation, limit);
              case GIF -> GifDecoder.decode(encoded, limit);
              case BMP -> BmpDecoder.decode(encoded, limit);
              case TIFF -> TiffDecoder.decode(encoded, limit);
              default -> throw new IOException(format.refusal(encoded));
            });
  }

  /**
   * A prepared JPEG, to be decoded as far as its pixels are asked for; any other image, and a JPEG
   * without an end, is decoded at once.
   *
   * @param encoded the file; nobody may write to it afterwards
   * @throws IOException with the reason, if the bytes are no image, damaged or truncated
   */
  public static ImageSource open(byte[] encoded) throws IOException {
    if (JpegHeader.isJpeg(encoded) && JpegHeader.ends(encoded)) {
      JpegHeader header = checked(() -> JpegHeader.parse(encoded));
      PixelLimit.NONE.check(header.width(), header.height(), "a JPEG");
      return new EncodedJpeg(encoded, header);
    }
    return decode(encoded);
  }

  private static RgbImage jpeg(byte[] encoded, Orientation orientation, PixelLimit limit)
      throws IOException {
    JpegHeader header = JpegHeader.parse(encoded);
    limit.check(header.width(), header.height(), "a JPEG");
    JpegStructure.verify(encoded);
    RgbImage image = new EncodedJpeg(encoded, header).whole();
    return switch (orientation) {
      case AS_STORED -> image;
      case FROM_EXIF -> ExifOrientation.upright(image, header.orientation());
    };
  }

  /** What decodes something. */
  interface Decoding<T> {
    T run() throws IOException;
  }

  /** Decodes; the decoders of the JDK answer some kinds of damage with an unchecked exception. */
  static <T> T checked(Decoding<T> decoding) throws IOException {
    try {
      return decoding.run();
    } catch (RuntimeException damaged) {
      throw new IOException("damaged image data: " + damaged, damaged);
    }
  }

  /** The longest side of a JPEG in pixels. */
  public static final int LONGEST_JPEG_SIDE = 65500;

  /**
   * Encodes as a baseline JPEG, whose sides have at most {@link #LONGEST_JPEG_SIDE} pixels.
   *
   * @param quality (0, 1], 0.95 being what other libraries call 95
   */
  public static byte[] jpeg(RgbImage image, double quality, ChromaSubsampling subsampling) {
    return JpegEncoder.encode(image, quality, subsampling);
  }

  /** Encodes as a baseline JPEG with full colour resolution (4:4:4); {@code quality} in (0, 1]. */
  public static byte[] jpeg(RgbImage image, double quality) {
    return jpeg(image, quality, ChromaSubsampling.FULL);
  }

  /** Encodes as an 8-bit RGB PNG, without loss. */
  public static byte[] png(RgbImage image) {
    return PngEncoder.encode(image);
  }
}
