package longtail.image.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.image.RgbImage;

/**
 * The orientation that an Exif block or, where that has none, an XMP packet states, and the turning
 * of an image that it asks for.
 */
final class ExifOrientation {
  private static final int ORIENTATION = 0x0112;

  /** Among the first ones of a packet, whose rest may be long. */
  private static final int MOST_XMP = 1 << 20;

  private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=[\"']|>)([0-9])");
  private static final byte[] PREFIX = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);

  private ExifOrientation() {}

  /**
   * The orientation in the TIFF structure at {@code data[from, end)}, 1 to 8 being known ones; 0 if
   * there is none or the block is damaged, for it does not concern the pixels.
   */
  static int parse(byte[] data, int from, int end) {
    int start = from;
    if (end - from >= PREFIX.length
        && Arrays.equals(data, from, from + PREFIX.length, PREFIX, 0, PREFIX.length)) {
      start += PREFIX.length; // which belongs into a JPEG, but is found in other files, too
    }
    try {
      long value =
          TiffDirectory.read(ByteBuffer.wrap(data, start, end - start).slice())
              .value(ORIENTATION, -1);
      return value < 0 ? 0 : value >= 1 && value <= 8 ? (int) value : 1;
    } catch (IOException damaged) {
      return 0;
    }
  }

  /** The orientation in the XMP packet at {@code data[from, end)}; 0 if there is none. */
  static int xmp(byte[] data, int from, int end) {
    int length = Math.min(end - from, MOST_XMP);
    Matcher matcher = XMP.matcher(new String(data, from, length, StandardCharsets.ISO_8859_1));
    return matcher.find() ? matcher.group(1).charAt(0) - '0' : 0;
  }

  /** The image as it should be seen; {@code orientation} says how it is stored, 1 to 8. */
  static RgbImage upright(RgbImage stored, int orientation) {
    return switch (orientation) {
      case 2 -> stored.mirrored();
      case 3 -> upsideDown(stored);
      case 4 -> upsideDown(stored).mirrored();
      case 5 -> transposed(stored);
      case 6 -> transposed(stored).mirrored();
      case 7 -> upsideDown(transposed(stored));
      case 8 -> upsideDown(transposed(stored).mirrored());
      default -> stored;
    };
  }

  private static RgbImage upsideDown(RgbImage image) {
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    for (int i = 0, j = from.length - 3; j >= 0; i += 3, j -= 3) {
      to[j] = from[i];
      to[j + 1] = from[i + 1];
      to[j + 2] = from[i + 2];
    }
    return new RgbImage(image.height(), image.width(), to);
  }

  private static RgbImage transposed(RgbImage image) {
    int height = image.height();
    int width = image.width();
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int i = 3 * (y * width + x);
        int j = 3 * (x * height + y);
        to[j] = from[i];
        to[j + 1] = from[i + 1];
        to[j + 2] = from[i + 2];
      }
    }
    return new RgbImage(width, height, to);
  }
}
