package longtail.image.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.RandomStreams;
import longtail.image.Box;
import longtail.image.ImageSource;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageCodecTest {
  private static final RgbImage IMAGE = TestImages.smooth(48, 80);

  @ParameterizedTest
  @EnumSource
  void aJpegComesBackNearlyAsItWas(ChromaSubsampling subsampling) throws IOException {
    RgbImage decoded = ImageCodec.decode(ImageCodec.jpeg(IMAGE, 0.95, subsampling));
    assertThat(largestDifference(decoded, IMAGE)).isLessThanOrEqualTo(8);
  }

  @Test
  void fullChromaResolutionKeepsFineColour() throws IOException {
    RgbImage noise = TestImages.noise(32, 32, 1);
    byte[] full = ImageCodec.jpeg(noise, 1.0, ChromaSubsampling.FULL);
    byte[] half = ImageCodec.jpeg(noise, 1.0, ChromaSubsampling.HALF);
    assertThat(largestDifference(ImageCodec.decode(full), noise)).isLessThanOrEqualTo(6);
    assertThat(largestDifference(ImageCodec.decode(half), noise)).isGreaterThan(60);
    assertThat(full.length).isGreaterThan(half.length);
  }

  @Test
  void aPngComesBackExactly() throws IOException {
    for (RgbImage image :
        new RgbImage[] {IMAGE, TestImages.noise(7, 1, 2), TestImages.noise(1, 9, 3)}) {
      byte[] png = ImageCodec.png(image);
      assertThat(ImageCodec.decode(png)).isEqualTo(image);
      assertThat(TestImages.byImageIo(png)).as("by ImageIO").isEqualTo(image);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "gif", "jpeg"})
  void greyIsRepeatedWithoutColourManagement(String format) throws IOException {
    RgbImage decoded = ImageCodec.decode(TestImages.grey(20, 30, format));
    int tolerance = format.equals("jpeg") ? 12 : 0;
    for (int y = 0; y < 20; y++) {
      for (int x = 0; x < 30; x++) {
        assertThat(decoded.sample(y, x, 0)).isEqualTo(decoded.sample(y, x, 2));
        assertThat(Math.abs(decoded.sample(y, x, 0) - TestImages.greyAt(y, x)))
            .isLessThanOrEqualTo(tolerance);
      }
    }
  }

  @Test
  void inksBecomeLight() throws IOException {
    RgbImage decoded = ImageCodec.decode(TestImages.cmyk(16, 16, 255, 51, 0, 102));
    // light = (255 - ink) * (255 - black) / 255
    assertThat(decoded.sample(8, 8, 0)).isEqualTo(0);
    assertThat(decoded.sample(8, 8, 1)).isBetween(120, 124);
    assertThat(decoded.sample(8, 8, 2)).isBetween(151, 155);
  }

  @Test
  void alphaIsDroppedNotBlended() throws IOException {
    BufferedImage transparent = new BufferedImage(4, 3, BufferedImage.TYPE_INT_ARGB);
    transparent.setRGB(1, 2, 0x40C08020);
    RgbImage decoded = ImageCodec.decode(TestImages.encode(transparent, "png"));
    assertThat(decoded.sample(2, 1, 0)).isEqualTo(0xC0);
    assertThat(decoded.sample(2, 1, 1)).isEqualTo(0x80);
    assertThat(decoded.sample(2, 1, 2)).isEqualTo(0x20);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void aPaletteIsLookedUp(int bits) throws IOException {
    byte[] red = {10, (byte) 200};
    byte[] green = {20, (byte) 190};
    byte[] blue = {30, (byte) 180};
    IndexColorModel palette = new IndexColorModel(bits, 2, red, green, blue);
    int type = bits == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY;
    BufferedImage image = new BufferedImage(5, 2, type, palette);
    image.getRaster().setSample(3, 1, 0, 1);
    RgbImage decoded = ImageCodec.decode(TestImages.encode(image, "png"));
    assertThat(decoded.sample(0, 0, 0)).isEqualTo(10);
    assertThat(decoded.sample(1, 3, 0)).isEqualTo(200);
    assertThat(decoded.sample(1, 3, 2)).isEqualTo(180);
  }

  @Test
  void sixteenBitsAreScaledToEight() throws IOException {
    BufferedImage deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 65535);
    deep.getRaster().setSample(1, 0, 0, 0x80FF);
    RgbImage decoded = ImageCodec.decode(TestImages.encode(deep, "png"));
    assertThat(decoded.pixels()).containsExactly(255, 255, 255, 128, 128, 128);
  }

  @Test
  void exifOrientationIsAppliedOnRequest() throws IOException {
    // 16 x 8 with a bright left upper block; orientation 6 means: turn clockwise to see it upright
    RgbImage stored = TestImages.smooth(8, 16);
    byte[] jpeg = TestImages.oriented(ImageCodec.jpeg(stored, 1.0), 6);
    assertThat(ImageCodec.decode(jpeg)).isEqualTo(ImageCodec.decode(ImageCodec.jpeg(stored, 1.0)));
    RgbImage upright = ImageCodec.decode(jpeg, Orientation.FROM_EXIF, PixelLimit.USUAL);
    assertThat(upright.height()).isEqualTo(16);
    assertThat(upright.width()).isEqualTo(8);
    RgbImage asStored = ImageCodec.decode(jpeg);
    assertThat(upright.sample(0, 7, 1)).isEqualTo(asStored.sample(0, 0, 1));
    assertThat(upright.sample(15, 0, 1)).isEqualTo(asStored.sample(7, 15, 1));
  }

  @Test
  void theEightOrientationsAreTheSymmetriesOfTheRectangle() {
    RgbImage image = TestImages.noise(3, 2, 5);
    for (int orientation = 1; orientation <= 8; orientation++) {
      int inverse = orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
      RgbImage turned = ExifOrientation.upright(image, orientation);
      assertThat(ExifOrientation.upright(turned, inverse)).isEqualTo(image);
    }
  }

  @Test
  void jpegWithoutMarkersIsTakenAsLumaAndDifferences() throws IOException {
    byte[] jpeg = ImageCodec.jpeg(IMAGE, 0.95);
    assertThat(ImageCodec.decode(withoutMarkers(jpeg))).isEqualTo(ImageCodec.decode(jpeg));
  }

  /** The file without the JFIF marker behind its start. */
  private static byte[] withoutMarkers(byte[] jpeg) {
    int length = 2 + (jpeg[4] & 0xFF) * 256 + (jpeg[5] & 0xFF);
    byte[] bare = new byte[jpeg.length - length];
    System.arraycopy(jpeg, 0, bare, 0, 2);
    System.arraycopy(jpeg, 2 + length, bare, 2, bare.length - 2);
    return bare;
  }

  /** Encodings that take different ways through the decoder. */
  private static Map<String, byte[]> kinds() {
    RgbImage noise = TestImages.noise(61, 83, 6);
    byte[] jpeg = ImageCodec.jpeg(noise, 0.9, ChromaSubsampling.HALF);
    Map<String, byte[]> kinds = new LinkedHashMap<>();
    kinds.put("colours at half the resolution", jpeg);
    kinds.put("colours at full resolution", ImageCodec.jpeg(noise, 0.9));
    kinds.put("no markers", withoutMarkers(jpeg));
    kinds.put("colour profile", TestImages.profiled(jpeg));
    kinds.put("progressive", TestImages.progressive(noise));
    kinds.put("grey", TestImages.grey(61, 83, "jpeg"));
    kinds.put("inks", TestImages.cmyk(61, 83, 10, 51, 0, 102));
    kinds.put("png", ImageCodec.png(noise));
    return kinds;
  }

  @TestFactory
  Stream<DynamicTest> aPartIsThatOfTheWholeImage() {
    return kinds().entrySet().stream()
        .map(kind -> dynamicTest(kind.getKey(), () -> partsAgree(kind.getValue())));
  }

  private static void partsAgree(byte[] encoded) throws IOException {
    RgbImage whole = ImageCodec.decode(encoded);
    ImageSource opened = ImageCodec.open(encoded);
    assertThat(opened.height()).isEqualTo(whole.height());
    assertThat(opened.width()).isEqualTo(whole.width());
    assertThat(opened.whole()).isEqualTo(whole);
    SplittableRandom random = RandomStreams.of(7);
    for (int i = 0; i < 20; i++) {
      int top = random.nextInt(whole.height());
      int left = random.nextInt(whole.width());
      int height = 1 + random.nextInt(whole.height() - top);
      int width = 1 + random.nextInt(whole.width() - left);
      Box box = new Box(top, left, height, width);
      assertThat(opened.crop(box)).as("%s", box).isEqualTo(whole.crop(box));
    }
  }

  @Test
  void theJdkConvertsColoursAsWeDo() throws IOException {
    for (ChromaSubsampling subsampling : ChromaSubsampling.values()) {
      byte[] jpeg = ImageCodec.jpeg(TestImages.noise(61, 83, 8), 1, subsampling);
      assertThat(JpegHeader.parse(jpeg).standard()).isTrue();
      assertThat(JpegHeader.parse(withoutMarkers(jpeg)).standard()).isFalse();
      assertThat(ImageCodec.decode(withoutMarkers(jpeg))).isEqualTo(ImageCodec.decode(jpeg));
    }
  }

  @Test
  void aColourProfileChangesNothing() throws IOException {
    byte[] jpeg = ImageCodec.jpeg(IMAGE, 0.95);
    assertThat(ImageCodec.decode(TestImages.profiled(jpeg))).isEqualTo(ImageCodec.decode(jpeg));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.02, 0.3, 0.6, 0.95})
  void truncatedImagesAreRefusedWithAReason(double share) {
    RgbImage image = TestImages.noise(40, 40, 4);
    byte[][] files = {
      ImageCodec.jpeg(image, 0.9),
      ImageCodec.png(image),
      TestImages.encode(TestImages.buffered(image, BufferedImage.TYPE_BYTE_GRAY), "png"),
      TestImages.encode(TestImages.buffered(image, BufferedImage.TYPE_3BYTE_BGR), "bmp"),
    };
    for (byte[] file : files) {
      assertThatThrownBy(() -> ImageCodec.decode(TestImages.truncated(file, share)))
          .isInstanceOf(IOException.class)
          .message()
          .matches("(?s).*(empty|truncated|damaged|not an image).*");
      assertThatThrownBy(() -> ImageCodec.open(TestImages.truncated(file, share)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aWebPageIsNotAnImage() {
    byte[] page = "<html>404 not found</html>".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ImageCodec.decode(page))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not an image");
  }

  @Test
  void aChangedByteOfAPngIsNoticed() {
    byte[] png = ImageCodec.png(IMAGE);
    png[png.length / 2] ^= 1;
    assertThatThrownBy(() -> ImageCodec.decode(png)).isInstanceOf(IOException.class);
  }

  private static int largestDifference(RgbImage a, RgbImage b) {
    assertThat(a).hasToString(b.toString());
    int largest = 0;
    for (int i = 0; i < a.pixels().length; i++) {
      largest = Math.max(largest, Math.abs((a.pixels()[i] & 0xFF) - (b.pixels()[i] & 0xFF)));
    }
    return largest;
  }
}
