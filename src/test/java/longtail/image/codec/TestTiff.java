package longtail.image.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Writes TIFF files of one uncompressed or packed strip. */
final class TestTiff {
  private final Map<Integer, int[]> tags = new TreeMap<>();
  private final byte[] strip;

  /** {@code strip} holds {@code samples} samples of 8 bits per pixel. */
  TestTiff(int width, int height, int photometric, int samples, byte[] strip) {
    this.strip = strip;
    int[] bits = new int[samples];
    Arrays.fill(bits, 8);
    with(256, width).with(257, height).with(258, bits).with(259, 1).with(262, photometric);
    with(277, samples);
  }

  static byte[] grey(int width, int height, byte[] pixels) {
    return new TestTiff(width, height, 1, 1, pixels).bytes(ByteOrder.LITTLE_ENDIAN);
  }

  TestTiff with(int tag, int... values) {
    tags.put(tag, values);
    return this;
  }

  /** All numbers are LONG. */
  byte[] bytes(ByteOrder order) {
    with(273, 8).with(279, strip.length);
    int directory = 8 + strip.length + strip.length % 2;
    int beyond = directory + 2 + 12 * tags.size() + 4;
    int length = beyond + tags.values().stream().mapToInt(values -> 4 * values.length).sum();
    ByteBuffer file = ByteBuffer.allocate(length).order(order);
    byte mark = (byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M');
    file.put(mark).put(mark).putShort((short) 42).putInt(directory).put(strip);
    file.position(directory).putShort((short) tags.size());
    for (Map.Entry<Integer, int[]> tag : tags.entrySet()) {
      int[] values = tag.getValue();
      file.putShort((short) (int) tag.getKey()).putShort((short) 4).putInt(values.length);
      file.putInt(values.length == 1 ? values[0] : beyond);
      for (int value : values.length == 1 ? new int[0] : values) {
        file.putInt(beyond, value);
        beyond += 4;
      }
    }
    return file.array();
  }
}
