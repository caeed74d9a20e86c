package longtail.image.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a file is by its first bytes, whatever its name says. */
enum ImageFormat {
  JPEG("JPEG"),
  PNG("PNG"),
  GIF("GIF"),
  BMP("BMP"),
  TIFF("TIFF"),
  WEBP("WebP"),
  AVIF("AVIF"),
  HEIC("HEIC"),
  JPEG_2000("JPEG 2000"),
  JPEG_XL("JPEG XL"),
  PSD("Photoshop"),
  ICON("Windows icon"),
  NETPBM("Netpbm"),
  OPEN_EXR("OpenEXR"),
  RADIANCE("Radiance HDR"),
  PDF("PDF"),
  POSTSCRIPT("PostScript"),
  MARKUP("HTML, SVG or XML"),
  ARCHIVE("zip or gzip"),
  UNKNOWN("unknown");

  private final String title;

  ImageFormat(String title) {
    this.title = title;
  }

  /** The format's usual name. */
  String title() {
    return title;
  }

  /** The format of {@code data}. */
  static ImageFormat of(byte[] data) {
    if (JpegHeader.isJpeg(data)) {
      return JPEG;
    }
    if (starts(data, 0, "\u0089PNG\r\n\u001A\n")) {
      return PNG;
    }
    if (starts(data, 0, "GIF87a") || starts(data, 0, "GIF89a")) {
      return GIF;
    }
    if (starts(data, 0, "BM")) {
      return BMP;
    }
    if (starts(data, 0, "II*\0", "MM\0*", "II+\0", "MM\0+")) {
      return TIFF;
    }
    if (starts(data, 0, "RIFF") && starts(data, 8, "WEBP")) {
      return WEBP;
    }
    if (starts(data, 4, "ftyp")) {
      return starts(data, 8, "avif", "avis") ? AVIF : HEIC;
    }
    return rare(data);
  }

  private static ImageFormat rare(byte[] data) {
    if (starts(data, 0, "\0\0\0\fjP  ", "\u00FFO\u00FFQ")) {
      return JPEG_2000;
    }
    if (starts(data, 0, "\0\0\0\fJXL ", "\u00FF\n")) {
      return JPEG_XL;
    }
    if (starts(data, 0, "8BPS")) {
      return PSD;
    }
    if (starts(data, 0, "\0\0\1\0", "\0\0\2\0")) {
      return ICON;
    }
    if (data.length > 2 && data[0] == 'P' && data[1] >= '1' && data[1] <= '7' && data[2] <= ' ') {
      return NETPBM;
    }
    if (starts(data, 0, "v/1\1")) {
      return OPEN_EXR;
    }
    if (starts(data, 0, "#?RADIANCE", "#?RGBE")) {
      return RADIANCE;
    }
    if (starts(data, 0, "%PDF")) {
      return PDF;
    }
    if (starts(data, 0, "%!PS")) {
      return POSTSCRIPT;
    }
    if (starts(data, 0, "PK\3\4", "\u001F\u008B")) {
      return ARCHIVE;
    }
    String text = new String(data, 0, Math.min(64, data.length), StandardCharsets.ISO_8859_1);
    return text.replace("\u00EF\u00BB\u00BF", "").stripLeading().startsWith("<") ? MARKUP : UNKNOWN;
  }

  /** Why a file of this format cannot be decoded; {@code data} are its bytes. */
  String refusal(byte[] data) {
    return switch (this) {
      case UNKNOWN -> "not an image: no known format starts with the bytes " + start(data);
      case MARKUP, ARCHIVE, PDF, POSTSCRIPT ->
          "not an image: by its content a file of the format %s".formatted(title);
      default ->
          "by its content an image of the format %s, which is not supported; convert it to PNG or JPEG"
              .formatted(title);
    };
  }

  private static String start(byte[] data) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < Math.min(8, data.length); i++) {
      hex.append("%02X".formatted(data[i] & 0xFF));
    }
    return hex.toString();
  }

  private static boolean starts(byte[] data, int at, String... prefixes) {
    for (String prefix : prefixes) {
      byte[] bytes = prefix.getBytes(StandardCharsets.ISO_8859_1);
      int end = at + bytes.length;
      if (end <= data.length && Arrays.equals(data, at, end, bytes, 0, bytes.length)) {
        return true;
      }
    }
    return false;
  }
}
