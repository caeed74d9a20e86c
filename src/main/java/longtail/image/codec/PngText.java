package longtail.image.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A chunk of text in a PNG, deflated or not. It does not concern the pixels: what is damaged in it
 * is empty, and so is all that can state no orientation.
 *
 * @param keyword what it is
 * @param content the text, as its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PngText(String keyword, byte[] content) {
  private static final String EXIF = "Raw profile type exif";
  private static final String XMP = "XML:com.adobe.xmp";
  private static final int PLAIN = 0x74455874;
  private static final int DEFLATED = 0x7A545874;
  private static final int INTERNATIONAL = 0x69545874;

  /** As PIL has it. */
  private static final int MOST_CONTENT = 1 << 20;

  /** Three lines, of which the last is the length, and then hexadecimal digits. */
  private static final Pattern RAW_PROFILE =
      Pattern.compile("\\s*+\\S++\\s++[0-9]++\\s++([0-9a-fA-F\\s]*+)");

  /** Whether a chunk of the type {@code type} holds text. */
  static boolean isText(int type) {
    return type == PLAIN || type == DEFLATED || type == INTERNATIONAL;
  }

  /** The text of the chunk of the type {@code type} at {@code data[from, from + length)}. */
  static PngText of(int type, byte[] data, int from, int length) {
    int end = from + length;
    int at = after(data, from, end);
    String keyword =
        new String(data, from, Math.max(0, at - from - 1), StandardCharsets.ISO_8859_1);
    boolean deflated = type == DEFLATED;
    if (type == DEFLATED) {
      at++; // the method, of which there is one
    } else if (type == INTERNATIONAL) {
      deflated = at < end && data[at] != 0;
      at = after(data, after(data, at + 2, end), end); // language, and keyword in it
    }
    if (at >= end || !(keyword.equals(EXIF) || keyword.equals(XMP))) {
      return new PngText(keyword, new byte[0]);
    }
    byte[] stored = Arrays.copyOfRange(data, at, Math.min(end, at + MOST_CONTENT));
    return new PngText(keyword, deflated ? inflated(stored) : stored);
  }

  /** Behind the zero that ends the text at {@code from}. */
  private static int after(byte[] data, int from, int end) {
    int at = from;
    while (at < end && data[at] != 0) {
      at++;
    }
    return Math.min(end, at + 1);
  }

  private static byte[] inflated(byte[] stored) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(stored);
      byte[] content = new byte[MOST_CONTENT];
      return Arrays.copyOf(content, inflater.inflate(content));
    } catch (DataFormatException damaged) {
      return new byte[0];
    } finally {
      inflater.end();
    }
  }

  /** Whether it is an Exif block in hexadecimal digits, as ImageMagick writes it. */
  boolean isExif() {
    return keyword.equals(EXIF);
  }

  /** The bytes of an Exif block; none if they are damaged. */
  byte[] exif() {
    Matcher profile = RAW_PROFILE.matcher(new String(content, StandardCharsets.ISO_8859_1));
    String digits = profile.matches() ? profile.group(1).replaceAll("\\s", "") : "";
    return digits.length() % 2 == 0 ? HexFormat.of().parseHex(digits) : new byte[0];
  }

  /** Whether it is an XMP packet. */
  boolean isXmp() {
    return keyword.equals(XMP);
  }
}
