package longtail.image.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What libjpeg would fill up in silence is refused. */
class JpegStructureTest {
  private static final RgbImage IMAGE = TestImages.noise(48, 64, 3);

  /** {@code jpeg} with zeros from {@code share} of its bytes on. */
  private static byte[] zeroed(byte[] jpeg, double share) {
    byte[] zeroed = jpeg.clone();
    Arrays.fill(zeroed, (int) (share * zeroed.length), zeroed.length, (byte) 0);
    return zeroed;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.5, 0.8, 0.99})
  void aTailOfZerosIsRefused(double share) {
    for (byte[] jpeg : new byte[][] {ImageCodec.jpeg(IMAGE, 0.9), TestImages.progressive(IMAGE)}) {
      assertThatThrownBy(() -> ImageCodec.decode(zeroed(jpeg, share)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("truncated JPEG");
    }
  }

  @Test
  void aProgressiveImageWithoutItsLastScansIsRefusedEvenIfItHasAnEnd() {
    byte[] jpeg = TestImages.progressive(IMAGE);
    int lastScan = jpeg.length - 2;
    while (!(jpeg[lastScan] == (byte) 0xFF && jpeg[lastScan + 1] == (byte) 0xDA)) {
      lastScan--;
    }
    byte[] cut = Arrays.copyOf(jpeg, lastScan + 2);
    cut[lastScan + 1] = (byte) 0xD9;
    assertThatThrownBy(() -> ImageCodec.decode(cut))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("scans of component");
  }

  @Test
  void restartMarkersAreCounted() throws IOException {
    // one unit of a grey image of one colour is the same few bits again and again
    byte[] plain = ImageCodec.jpeg(flat(8, 8), 0.9);
    int scan = scanOf(plain);
    byte[] unit = Arrays.copyOfRange(plain, scan, plain.length - 2);
    assertThat(ImageCodec.decode(restarting(plain, scan, unit, 0, 1, 2)))
        .isEqualTo(flat(8, 32).crop(0, 0, 8, 32));
    for (int[] wrong : new int[][] {{0, 1}, {0, 2, 1}, {0, 1, 1}, {}, {0, 1, 2, 3, 4}}) {
      assertThatThrownBy(() -> ImageCodec.decode(restarting(plain, scan, unit, wrong)))
          .as("markers %s", Arrays.toString(wrong))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("restart marker");
    }
  }

  private static RgbImage flat(int height, int width) {
    byte[] pixels = new byte[3 * height * width];
    Arrays.fill(pixels, (byte) 128);
    return new RgbImage(height, width, pixels);
  }

  private static int scanOf(byte[] jpeg) {
    int at = 2;
    while (jpeg[at + 1] != (byte) 0xDA) {
      at += 2 + ((jpeg[at + 2] & 0xFF) << 8 | (jpeg[at + 3] & 0xFF));
    }
    return at + 2 + ((jpeg[at + 2] & 0xFF) << 8 | (jpeg[at + 3] & 0xFF));
  }

  /** Four units side by side, with {@code markers} between them as far as there are any. */
  private static byte[] restarting(byte[] plain, int scan, byte[] unit, int... markers) {
    byte[] head = Arrays.copyOf(plain, scan);
    for (int i = 2; i < scan; i++) {
      if (head[i] == (byte) 0xFF && head[i + 1] == (byte) 0xC0) {
        head[i + 8] = 32; // columns
        break;
      }
    }
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    jpeg.write(head, 0, 2);
    jpeg.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xDD, 0, 4, 0, 1});
    jpeg.write(head, 2, head.length - 2);
    jpeg.writeBytes(unit);
    for (int marker : markers) {
      jpeg.write(0xFF);
      jpeg.write(0xD0 + marker);
      jpeg.writeBytes(unit);
    }
    jpeg.write(0xFF);
    jpeg.write(0xD9);
    return jpeg.toByteArray();
  }

  @Test
  void bytesBehindTheEndDoNotMatter() throws IOException {
    byte[] jpeg = ImageCodec.jpeg(IMAGE, 0.9);
    assertThat(ImageCodec.decode(Arrays.copyOf(jpeg, jpeg.length + 100)))
        .isEqualTo(ImageCodec.decode(jpeg));
  }
}
