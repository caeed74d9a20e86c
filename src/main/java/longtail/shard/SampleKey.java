package longtail.shard;

import java.nio.charset.StandardCharsets;

/**
 * The name of an image inside a tar file. WebDataset cuts names at the first dot and tar tools take
 * slashes for folders, so everything but letters, digits, {@code _} and {@code -} is written as
 * {@code %XX}; different image ids keep different keys.
 */
final class SampleKey {
  private SampleKey() {}

  static String of(String imageId) {
    StringBuilder key = new StringBuilder(imageId.length());
    for (byte b : imageId.getBytes(StandardCharsets.UTF_8)) {
      if (isPlain(b)) {
        key.append((char) b);
      } else {
        key.append(String.format("%%%02X", b));
      }
    }
    return key.toString();
  }

  private static boolean isPlain(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || b == '_'
        || b == '-';
  }
}
