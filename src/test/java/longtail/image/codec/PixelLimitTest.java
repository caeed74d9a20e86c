package longtail.image.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a header claims costs no memory before it is held against the limit and the file. */
class PixelLimitTest {
  private static final RgbImage IMAGE = TestImages.noise(6, 9, 1);

  /** Small files whose headers are made to claim {@code width x height} pixels. */
  private static Map<String, byte[]> claiming(int width, int height) {
    BufferedImage image = TestImages.buffered(IMAGE, BufferedImage.TYPE_3BYTE_BGR);
    byte[] jpeg = ImageCodec.jpeg(IMAGE, 0.9);
    for (int i = 2; ; i++) {
      if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == 0xC0) {
        ByteBuffer.wrap(jpeg).putShort(i + 5, (short) height).putShort(i + 7, (short) width);
        break;
      }
    }
    byte[] png = ImageCodec.png(IMAGE);
    ByteBuffer.wrap(png).putInt(16, width).putInt(20, height);
    CRC32 sum = new CRC32();
    sum.update(png, 12, 17);
    ByteBuffer.wrap(png).putInt(29, (int) sum.getValue());
    byte[] bmp = TestImages.encode(image, "bmp");
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, width).putInt(22, height);
    byte[] gif = TestImages.encode(image, "gif");
    ByteBuffer.wrap(gif)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(6, (short) width)
        .putShort(8, (short) height);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("jpeg", jpeg);
    files.put("png", png);
    files.put("bmp", bmp);
    files.put("gif", gif);
    files.put("tiff", TestTiff.grey(width, height, new byte[54]));
    return files;
  }

  @Test
  void aClaimThatFitsIntoNoIntIsRefusedByItsSize() {
    byte[] jpeg = claiming(65_000, 65_000).get("jpeg");
    for (Orientation orientation : Orientation.values()) {
      assertThatThrownBy(() -> ImageCodec.decode(jpeg, orientation, PixelLimit.USUAL))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("65000 x 65000 pixels");
    }
    assertThatThrownBy(() -> ImageCodec.open(jpeg).whole())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("65000 x 65000 pixels");
  }

  @TestFactory
  Stream<DynamicTest> aClaimAboveTheLimitIsRefusedByName() {
    return claiming(20_000, 20_000).entrySet().stream()
        .map(
            file ->
                dynamicTest(
                    file.getKey(),
                    () ->
                        assertThatThrownBy(() -> decode(file.getValue(), PixelLimit.USUAL))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("20000 x 20000 pixels")
                            .hasMessageContaining("limit of 178956970")));
  }

  @TestFactory
  Stream<DynamicTest> aClaimBelowTheLimitThatTheFileCannotFillIsRefused() {
    return claiming(13_000, 13_000).entrySet().stream()
        .filter(file -> !file.getKey().equals("gif")) // a screen may be larger than its picture
        .map(
            file ->
                dynamicTest(
                    file.getKey(),
                    () ->
                        assertThatThrownBy(() -> decode(file.getValue(), PixelLimit.USUAL))
                            .isInstanceOf(IOException.class)));
  }

  @Test
  void theLimitIsAnOption() throws IOException {
    byte[] png = ImageCodec.png(IMAGE);
    assertThat(decode(png, new PixelLimit(54))).isEqualTo(IMAGE);
    assertThatThrownBy(() -> decode(png, new PixelLimit(53)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("9 x 6 pixels is larger than the limit of 53");
    assertThatThrownBy(() -> new PixelLimit(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPngWhoseHeaderIsDamagedIsRefusedBeforeItsSizeIsBelieved() {
    byte[] png = ImageCodec.png(IMAGE);
    png[16] = 1;
    assertThatThrownBy(() -> decode(png, PixelLimit.NONE)).hasMessageContaining("checksum");
  }

  private static RgbImage decode(byte[] file, PixelLimit limit) throws IOException {
    return ImageCodec.decode(file, Orientation.AS_STORED, limit);
  }
}
