package longtail.image.codec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import longtail.image.Box;

/**
 * What the markers before the first scan of a JPEG say.
 *
 * @param height rows
 * @param width columns
 * @param componentIds identifiers of the colour components, one to four
 * @param jfif whether there is a JFIF marker
 * @param adobeTransform colour transform of the Adobe marker: 0 none, 1 YCbCr, 2 YCCK; -1 without
 *     the marker
 * @param colorProfile whether an ICC profile is embedded
 * @param orientation that of the first Exif block or else of XMP, 1 to 8; 1 is upright
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record JpegHeader(
    int height,
    int width,
    int[] componentIds,
    boolean jfif,
    int adobeTransform,
    boolean colorProfile,
    int orientation) {
  private static final byte[] PROFILE = "ICC_PROFILE\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] XMP =
      "http://ns.adobe.com/xap/1.0/\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] JFIF = "JFIF\0".getBytes(StandardCharsets.ISO_8859_1);

  static boolean isJpeg(byte[] data) {
    return data.length > 2 && (data[0] & 0xFF) == 0xFF && (data[1] & 0xFF) == 0xD8;
  }

  /** Whether the last marker is that of the end. */
  static boolean ends(byte[] data) {
    return unsigned16(data, data.length - 2) == 0xFFD9;
  }

  /** Walks the segments up to the first scan. */
  static JpegHeader parse(byte[] data) throws IOException {
    int height = 0;
    int width = 0;
    int[] ids = null;
    boolean jfif = false;
    int adobe = -1;
    boolean profile = false;
    int exif = 0;
    int xmp = 0;
    int at = 2;
    while (true) {
      while (at < data.length && (data[at] & 0xFF) != 0xFF) {
        at++; // stray bytes between segments
      }
      while (at < data.length && (data[at] & 0xFF) == 0xFF) {
        at++; // fill bytes
      }
      if (at + 2 >= data.length) {
        throw new IOException("truncated JPEG: it ends before its first scan");
      }
      int marker = data[at++] & 0xFF;
      if (marker == 0xDA) {
        break;
      }
      if (marker == 0x01 || marker == 0x00 || (marker >= 0xD0 && marker <= 0xD9)) {
        continue; // no payload
      }
      int length = unsigned16(data, at);
      int body = at + 2;
      int end = at + length;
      if (length < 2 || end > data.length) {
        throw new IOException("truncated JPEG: it ends inside marker 0x%02X".formatted(marker));
      }
      if (isFrame(marker) && ids == null) {
        height = unsigned16(data, body + 1);
        width = unsigned16(data, body + 3);
        ids = new int[data[body + 5] & 0xFF];
        for (int c = 0; c < ids.length; c++) {
          ids[c] = data[body + 6 + 3 * c] & 0xFF;
        }
      } else if (marker == 0xE0 && starts(data, body, end, JFIF)) {
        jfif = true;
      } else if (marker == 0xE1 && starts(data, body, end, EXIF)) {
        exif = exif > 0 ? exif : ExifOrientation.parse(data, body + EXIF.length, end);
      } else if (marker == 0xE1 && starts(data, body, end, XMP)) {
        xmp = ExifOrientation.xmp(data, body + XMP.length, end);
      } else if (marker == 0xE2 && starts(data, body, end, PROFILE)) {
        profile = true;
      } else if (marker == 0xEE && starts(data, body, end, ADOBE) && end - body >= 12) {
        adobe = data[body + 11] & 0xFF;
      }
      at = end;
    }
    if (ids == null) {
      throw new IOException("damaged JPEG: a scan comes before the frame header");
    }
    return new JpegHeader(height, width, ids, jfif, adobe, profile, exif > 0 ? exif : xmp);
  }

  int components() {
    return componentIds.length;
  }

  /** Whether every reader takes it for luma and colour differences that stand for sRGB. */
  boolean standard() {
    return components() == 3
        && jfif
        && (adobeTransform == -1 || adobeTransform == 1)
        && !colorProfile;
  }

  /** All pixels. */
  Box whole() {
    return new Box(0, 0, height, width);
  }

  /** Whether the first three components are luma and colour differences (libjpeg's rules). */
  boolean differencesCoded() {
    if (components() == 4) {
      return adobeTransform > 0;
    }
    if (jfif) {
      return true;
    }
    if (adobeTransform >= 0) {
      return adobeTransform != 0;
    }
    return !Arrays.equals(componentIds, new int[] {'R', 'G', 'B'});
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static boolean starts(byte[] data, int from, int end, byte[] prefix) {
    return end - from >= prefix.length
        && Arrays.equals(data, from, from + prefix.length, prefix, 0, prefix.length);
  }

  private static int unsigned16(byte[] data, int at) {
    return (data[at] & 0xFF) << 8 | (data[at + 1] & 0xFF);
  }
}
