package longtail.image.codec;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import longtail.image.RgbImage;

/**
 * RGB to an 8-bit PNG.
 *
 * <p>Each row takes the filter with the smallest sum of absolute differences, the heuristic that
 * the PNG specification recommends.
 */
final class PngEncoder {
  static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  private PngEncoder() {}

  static byte[] encode(RgbImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(image.pixels().length / 2 + 256);
    try (DataOutputStream output = new DataOutputStream(bytes)) {
      output.write(SIGNATURE);
      ByteArrayOutputStream header = new ByteArrayOutputStream(13);
      DataOutputStream fields = new DataOutputStream(header);
      fields.writeInt(image.width());
      fields.writeInt(image.height());
      fields.write(new byte[] {8, 2, 0, 0, 0}); // 8 bits, RGB, deflate, filtered, not interlaced
      chunk(output, "IHDR", header.toByteArray());
      chunk(output, "IDAT", deflated(filtered(image)));
      chunk(output, "IEND", new byte[0]);
    } catch (IOException impossible) {
      throw new UncheckedIOException("Could not encode " + image + " in memory", impossible);
    }
    return bytes.toByteArray();
  }

  private static void chunk(DataOutputStream output, String type, byte[] body) throws IOException {
    byte[] name = {
      (byte) type.charAt(0), (byte) type.charAt(1), (byte) type.charAt(2), (byte) type.charAt(3)
    };
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(body);
    output.writeInt(body.length);
    output.write(name);
    output.write(body);
    output.writeInt((int) sum.getValue());
  }

  private static byte[] deflated(byte[] data) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION);
    try {
      deflater.setInput(data);
      deflater.finish();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(data.length / 2 + 64);
      byte[] block = new byte[8192];
      while (!deflater.finished()) {
        bytes.write(block, 0, deflater.deflate(block));
      }
      return bytes.toByteArray();
    } finally {
      deflater.end();
    }
  }

  private static byte[] filtered(RgbImage image) {
    int stride = 3 * image.width();
    byte[] pixels = image.pixels();
    byte[] filtered = new byte[(stride + 1) * image.height()];
    byte[] candidate = new byte[stride];
    for (int y = 0; y < image.height(); y++) {
      int to = y * (stride + 1);
      long best = Long.MAX_VALUE;
      for (int filter = 0; filter <= 4; filter++) {
        long cost = apply(filter, pixels, y * stride, stride, y > 0, candidate);
        if (cost < best) {
          best = cost;
          filtered[to] = (byte) filter;
          System.arraycopy(candidate, 0, filtered, to + 1, stride);
        }
      }
    }
    return filtered;
  }

  /** Writes one filtered row to {@code row}; its sum of absolute signed bytes is the cost. */
  private static long apply(
      int filter, byte[] pixels, int from, int stride, boolean above, byte[] row) {
    long cost = 0;
    for (int i = 0; i < stride; i++) {
      int left = i >= 3 ? pixels[from + i - 3] & 0xFF : 0;
      int up = above ? pixels[from + i - stride] & 0xFF : 0;
      int corner = above && i >= 3 ? pixels[from + i - stride - 3] & 0xFF : 0;
      int difference = (pixels[from + i] & 0xFF) - PngFilter.predict(filter, left, up, corner);
      row[i] = (byte) difference;
      cost += Math.abs(row[i]);
    }
    return cost;
  }
}
