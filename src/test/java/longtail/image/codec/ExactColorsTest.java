package longtail.image.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pixels as PIL gives them, or none. */
class ExactColorsTest {
  private static RgbImage decode(byte[] file) throws IOException {
    return ImageCodec.decode(file, Orientation.FROM_EXIF, PixelLimit.USUAL);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] tiff(int photometric, int samples, byte[] pixels) {
    return new TestTiff(pixels.length / samples, 1, photometric, samples, pixels)
        .bytes(ByteOrder.BIG_ENDIAN);
  }

  @Test
  void inksOfATiffAbsorbLight() throws IOException {
    byte[] inks = bytes(0, 0, 0, 0, 255, 0, 0, 0, 0, 51, 102, 0, 0, 0, 0, 255, 100, 0, 0, 155);
    assertThat(decode(tiff(5, 4, inks)).pixels())
        .isEqualTo(bytes(255, 255, 255, 0, 255, 255, 255, 204, 153, 0, 0, 0, 61, 100, 100));
  }

  @Test
  void alphaThatWasMultipliedInIsTakenOut() throws IOException {
    byte[] pixels = bytes(50, 100, 25, 128, 7, 8, 9, 0, 200, 100, 50, 255, 200, 10, 1, 100);
    byte[] multiplied =
        new TestTiff(4, 1, 2, 4, pixels).with(338, 1).bytes(ByteOrder.LITTLE_ENDIAN);
    assertThat(decode(multiplied).pixels())
        .isEqualTo(bytes(99, 199, 49, 0, 0, 0, 200, 100, 50, 255, 25, 2));
    byte[] beside = new TestTiff(4, 1, 2, 4, pixels).with(338, 2).bytes(ByteOrder.LITTLE_ENDIAN);
    assertThat(decode(beside).pixels())
        .isEqualTo(bytes(50, 100, 25, 7, 8, 9, 200, 100, 50, 200, 10, 1));
  }

  @Test
  void aPaletteOf16BitsGivesItsUpperBytes() throws IOException {
    int[] map = new int[3 * 256];
    map[1] = 0xABFF;
    map[256 + 1] = 0x0100;
    map[512 + 1] = 0xFF00;
    byte[] file =
        new TestTiff(2, 1, 3, 1, bytes(1, 0)).with(320, map).bytes(ByteOrder.LITTLE_ENDIAN);
    assertThat(decode(file).pixels()).isEqualTo(bytes(0xAB, 1, 0xFF, 0, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({"8, 3, L*a*b*", "6, 3, YCbCr", "2, 2, RGB", "5, 3, inks", "32803, 1, 32803"})
  void coloursThatWouldOnlyBeNearlyRightAreRefusedByName(
      int photometric, int samples, String name) {
    assertThatThrownBy(() -> decode(tiff(photometric, samples, new byte[samples])))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("not supported");
  }

  @Test
  void theOrientationOfATiffIsApplied() throws IOException {
    RgbImage image = TestImages.noise(2, 3, 1);
    for (int orientation = 1; orientation <= 8; orientation++) {
      byte[] file =
          new TestTiff(3, 2, 2, 3, image.pixels())
              .with(274, orientation)
              .bytes(ByteOrder.BIG_ENDIAN);
      assertThat(ImageCodec.decode(file)).isEqualTo(ExifOrientation.upright(image, orientation));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MM, 0003, 00060000",
    "MM, 0004, 00000006",
    "II, 0300, 06000000",
    "II, 0400, 06000000"
  })
  void theOrientationIsReadWhateverItsTypeAndOrder(String order, String type, String value)
      throws IOException {
    boolean big = order.equals("MM");
    String head = big ? "4D4D002A00000008" : "49492A0008000000";
    String entry = (big ? "00010112" : "01001201") + type + (big ? "00000001" : "01000000");
    byte[] exif = HexFormat.of().parseHex(head + entry + value + "00000000");
    RgbImage image = TestImages.smooth(8, 16);
    byte[] jpeg = ImageCodec.jpeg(image, 1.0);
    RgbImage turned = decode(withSegment(jpeg, exif));
    assertThat(turned).isEqualTo(ExifOrientation.upright(ImageCodec.decode(jpeg), 6));
    assertThat(decode(withChunk(ImageCodec.png(image), exif)))
        .isEqualTo(ExifOrientation.upright(image, 6));
  }

  private static final byte[] EXIF_OF_6 =
      HexFormat.of().parseHex("4D4D002A00000008000101120003000000010006000000000000");

  private static final String XMP_OF_6 =
      "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description tiff:Orientation=\"6\"/></x:xmpmeta>";

  @Test
  void theFirstExifBlockCounts() throws IOException {
    RgbImage image = TestImages.smooth(8, 16);
    byte[] jpeg = ImageCodec.jpeg(image, 1.0);
    byte[] other = EXIF_OF_6.clone();
    other[19] = 3;
    assertThat(decode(withSegment(withSegment(jpeg, other), EXIF_OF_6)))
        .isEqualTo(ExifOrientation.upright(ImageCodec.decode(jpeg), 6));
  }

  @Test
  void theOrientationOfXmpCountsWhereExifHasNone() throws IOException {
    RgbImage image = TestImages.smooth(8, 16);
    byte[] jpeg = ImageCodec.jpeg(image, 1.0);
    byte[] png = ImageCodec.png(image);
    byte[] packet = latin("http://ns.adobe.com/xap/1.0/\0" + XMP_OF_6);
    byte[] exifOf3 = EXIF_OF_6.clone();
    exifOf3[19] = 3;
    assertThat(decode(withSegment(jpeg, "", packet)))
        .isEqualTo(ExifOrientation.upright(ImageCodec.decode(jpeg), 6));
    assertThat(decode(withSegment(withSegment(jpeg, "", packet), exifOf3)))
        .isEqualTo(ExifOrientation.upright(ImageCodec.decode(jpeg), 3));
    assertThat(decode(withChunk(png, "iTXt", latin("XML:com.adobe.xmp\0\0\0\0\0" + XMP_OF_6))))
        .isEqualTo(ExifOrientation.upright(image, 6));
    byte[] strip = image.pixels();
    byte[] tiff =
        new TestTiff(16, 8, 2, 3, strip).with(700, words(XMP_OF_6)).bytes(ByteOrder.LITTLE_ENDIAN);
    asBytes(tiff, 700);
    assertThat(ImageCodec.decode(tiff)).isEqualTo(ExifOrientation.upright(image, 6));
  }

  @Test
  void exifThatAPngHoldsAsTextCounts() throws IOException {
    RgbImage image = TestImages.smooth(8, 16);
    String digits =
        HexFormat.of().formatHex(latin("Exif\0\0")) + HexFormat.of().formatHex(EXIF_OF_6);
    String profile =
        "\nexif\n%8d\n%s\n%s\n"
            .formatted(digits.length() / 2, digits.substring(0, 20), digits.substring(20));
    byte[] png = ImageCodec.png(image);
    byte[] plain = latin("Raw profile type exif\0" + profile);
    byte[] deflated = join(latin("Raw profile type exif\0\0"), deflated(latin(profile)));
    assertThat(decode(withChunk(png, "tEXt", plain))).isEqualTo(ExifOrientation.upright(image, 6));
    assertThat(decode(withChunk(png, "zTXt", deflated)))
        .isEqualTo(ExifOrientation.upright(image, 6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tEXt", "zTXt", "iTXt"})
  void textThatIsDamagedDoesNotConcernThePixels(String type) throws IOException {
    RgbImage image = TestImages.smooth(8, 16);
    for (String text :
        List.of("", "\0", "Raw profile type exif", "Raw profile type exif\0\0exif 9 ABC")) {
      assertThat(decode(withChunk(ImageCodec.png(image), type, latin(text)))).isEqualTo(image);
    }
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] join(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  private static byte[] deflated(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  /** The text, four bytes to a number of a little-endian file. */
  private static int[] words(String text) {
    ByteBuffer bytes =
        ByteBuffer.allocate((text.length() + 3) / 4 * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(latin(text)).rewind();
    int[] words = new int[bytes.capacity() / 4];
    bytes.asIntBuffer().get(words);
    return words;
  }

  /** Lets the numbers of {@code tag} be bytes. */
  private static void asBytes(byte[] tiff, int tag) {
    ByteBuffer file = ByteBuffer.wrap(tiff).order(ByteOrder.LITTLE_ENDIAN);
    int entry = file.getInt(4) + 2;
    while (file.getShort(entry) != tag) {
      entry += 12;
    }
    file.putShort(entry + 2, (short) 1).putInt(entry + 4, 4 * file.getInt(entry + 4));
  }

  private static byte[] withSegment(byte[] jpeg, byte[] exif) {
    return withSegment(jpeg, "Exif\0\0", exif);
  }

  private static byte[] withSegment(byte[] jpeg, String name, byte[] content) {
    byte[] body = join(latin(name), content);
    ByteBuffer joined = ByteBuffer.allocate(jpeg.length + body.length + 4);
    joined.put(jpeg, 0, 2).put((byte) 0xFF).put((byte) 0xE1).putShort((short) (body.length + 2));
    return joined.put(body).put(jpeg, 2, jpeg.length - 2).array();
  }

  private static byte[] withChunk(byte[] png, byte[] exif) {
    return withChunk(png, "eXIf", exif);
  }

  /** The chunk stands before the last one, where some programs write it. */
  private static byte[] withChunk(byte[] png, String type, byte[] content) {
    ByteBuffer joined = ByteBuffer.allocate(png.length + content.length + 12);
    joined.put(png, 0, png.length - 12).putInt(content.length);
    byte[] body = join(latin(type), content);
    CRC32 sum = new CRC32();
    sum.update(body);
    return joined.put(body).putInt((int) sum.getValue()).put(png, png.length - 12, 12).array();
  }

  @Test
  void aPictureOfAGifLiesAtItsPlaceOnTheScreen() throws IOException {
    BufferedImage image =
        TestImages.buffered(TestImages.smooth(3, 4), BufferedImage.TYPE_BYTE_INDEXED);
    byte[] gif = TestImages.encode(image, "gif");
    RgbImage picture = ImageCodec.decode(gif);
    int descriptor = pictureOf(gif);
    ByteBuffer file = ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN);
    file.putShort(6, (short) 9).putShort(8, (short) 7);
    file.putShort(descriptor + 1, (short) 2).putShort(descriptor + 3, (short) 1);
    RgbImage screen = ImageCodec.decode(gif);
    assertThat(screen).hasToString("RgbImage[9 x 7]");
    assertThat(screen.crop(1, 2, 3, 4)).isEqualTo(picture);
    // outside of it is the first colour of the palette
    assertThat(screen.crop(0, 0, 1, 1).pixels()).isEqualTo(Arrays.copyOfRange(gif, 13, 16));
  }

  private static int pictureOf(byte[] gif) {
    int at = 13 + (3 << ((gif[10] & 7) + 1));
    while (gif[at] == '!') {
      for (at += 2; gif[at] != 0; at += 1 + (gif[at] & 0xFF)) {}
      at++;
    }
    return at;
  }

  @Test
  void aWholePngWithoutItsLastChunkIsRead() throws IOException {
    RgbImage image = TestImages.noise(5, 7, 1);
    byte[] png = ImageCodec.png(image);
    assertThat(ImageCodec.decode(Arrays.copyOf(png, png.length - 12))).isEqualTo(image);
    assertThat(ImageCodec.decode(Arrays.copyOf(png, png.length - 3))).isEqualTo(image);
  }

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_USHORT_555_RGB, BufferedImage.TYPE_USHORT_565_RGB})
  void bitmapsOf16BitsAreStretchedToTheFullRange(int type) throws IOException {
    BufferedImage image = new BufferedImage(2, 1, type);
    image.getRaster().setPixel(0, 0, new int[] {31, 0, 13});
    byte[] bmp = TestImages.encode(image, "bmp");
    assertThat(ImageCodec.decode(bmp).pixels()).isEqualTo(bytes(255, 0, 13 * 255 / 31, 0, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "52494646A400000057454250, WebP",
    "0000001C6674797061766966, AVIF",
    "0000000C6A5020200D0A870A, JPEG 2000",
    "FF0A0000000000000000, JPEG XL",
    "384250530001, Photoshop",
    "504B030414000000, zip",
    "255044462D312E34, PDF"
  })
  void otherFormatsAreRefusedByTheirNames(String start, String name) {
    byte[] file = Arrays.copyOf(HexFormat.of().parseHex(start), 100);
    assertThatThrownBy(() -> ImageCodec.decode(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("by its content")
        .hasMessageContaining(name);
  }

  @Test
  void runsOfABitmapAreLookedUp() throws IOException {
    byte[] indices = bytes(3, 7, 0, 3, 1, 2, 3, 0, 0, 0, 2, 1, 4, 9, 0, 1);
    RgbImage image = ImageCodec.decode(runs(6, 2, indices));
    // the first row of the file is the lowest
    assertThat(image.sample(1, 0, 0)).isEqualTo(7);
    assertThat(image.sample(1, 5, 2)).isEqualTo(3);
    assertThat(image.sample(0, 1, 1)).isEqualTo(1);
    assertThat(image.sample(0, 5, 1)).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "07070000" + "06090001", // a run beyond the row
        "05070000" + "06090001", // a row that is not full
        "06070001", // an end before the last row
        "06070000" + "0609", // fewer bytes than an entry needs, below
        "00020101" + "06090001", // left out
      })
  void runsThatDoNotFillTheirRowsAreRefused(String coded) {
    byte[] indices = HexFormat.of().parseHex(coded);
    if (coded.endsWith("0609")) {
      indices = Arrays.copyOf(indices, indices.length - 1);
    }
    byte[] file = runs(6, 2, indices);
    assertThatThrownBy(() -> ImageCodec.decode(file))
        .isInstanceOf(IOException.class)
        .message()
        .matches("(?s).*(damaged|truncated|not supported).*");
  }

  /** A bitmap whose colour {@code i} is the grey {@code i}. */
  private static byte[] runs(int width, int height, byte[] coded) {
    ByteBuffer file = ByteBuffer.allocate(54 + 1024 + coded.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 'B').put((byte) 'M').putInt(file.capacity()).putInt(0).putInt(54 + 1024);
    file.putInt(40).putInt(width).putInt(height).putShort((short) 1).putShort((short) 8);
    file.putInt(1).putInt(coded.length).putInt(0).putInt(0).putInt(0).putInt(0);
    for (int i = 0; i < 256; i++) {
      file.put(bytes(i, i, i, 0));
    }
    return file.put(coded).array();
  }

  @Test
  void aGifWhoseDataEndEarlyOrGoOnIsRefused() {
    BufferedImage image =
        TestImages.buffered(TestImages.smooth(6, 8), BufferedImage.TYPE_BYTE_INDEXED);
    byte[] gif = TestImages.encode(image, "gif");
    int height = pictureOf(gif) + 7;
    gif[height] = 7;
    assertThatThrownBy(() -> ImageCodec.decode(gif)).hasMessageContaining("truncated GIF");
    gif[height] = 5;
    assertThatThrownBy(() -> ImageCodec.decode(gif)).hasMessageContaining("damaged GIF");
  }

  @Test
  void packedBitsOfATiffAreUnpacked() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    packed.writeBytes(bytes(0xFE, 9, 2, 1, 2, 3, 0x80, 0xFF, 4)); // 9 9 9, 1 2 3, nothing, 4 4
    byte[] file =
        new TestTiff(4, 2, 1, 1, packed.toByteArray())
            .with(259, 32773)
            .bytes(ByteOrder.LITTLE_ENDIAN);
    RgbImage image = ImageCodec.decode(file);
    int[] expected = {9, 9, 9, 1, 2, 3, 4, 4};
    for (int i = 0; i < 8; i++) {
      assertThat(image.sample(i / 4, i % 4, 1)).isEqualTo(expected[i]);
    }
    byte[] cut =
        new TestTiff(4, 2, 1, 1, Arrays.copyOf(packed.toByteArray(), 6))
            .with(259, 32773)
            .bytes(ByteOrder.LITTLE_ENDIAN);
    assertThatThrownBy(() -> ImageCodec.decode(cut)).isInstanceOf(IOException.class);
  }
}
