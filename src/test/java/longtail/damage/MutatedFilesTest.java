package longtail.damage;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.Annotations;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import longtail.image.codec.ImageCodec;
import longtail.image.codec.Orientation;
import longtail.image.codec.PixelLimit;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files that users bring: images, annotations, experiment files. */
@Tag("slow")
class MutatedFilesTest {
  private static final Configuration CONF = new Configuration();

  @TempDir Path directory;
  private MutatedReadings readings;

  @BeforeEach
  void begin() {
    readings = new MutatedReadings();
  }

  @AfterEach
  void someWereRefused() {
    readings.close();
  }

  @Test
  void images() {
    RgbImage image = TestImages.smooth(37, 53);
    BufferedImage buffered = TestImages.buffered(image, BufferedImage.TYPE_INT_RGB);
    readings.mutate("JPEG", 70, ImageCodec.jpeg(image, 0.9), this::decode);
    readings.mutate("progressive JPEG", 40, TestImages.progressive(image), this::decode);
    readings.mutate(
        "JPEG with Exif", 20, TestImages.oriented(ImageCodec.jpeg(image, 0.9), 6), this::decode);
    readings.mutate("PNG", 50, ImageCodec.png(image), this::decode);
    readings.mutate(
        "PNG with right checksums", 60, ImageCodec.png(image), file -> decode(checked(file)));
    readings.mutate(
        "GIF",
        100,
        TestImages.encode(TestImages.buffered(image, BufferedImage.TYPE_BYTE_INDEXED), "gif"),
        this::decode);
    for (String compression : new String[] {"none", "LZW", "Deflate", "PackBits"}) {
      readings.mutate("TIFF " + compression, 25, tiff(buffered, compression), this::decode);
    }
    readings.mutate("BMP", 30, TestImages.encode(buffered, "bmp"), this::decode);
  }

  /** Damage of an image is an IOException, for quarantine. */
  private void decode(byte[] file) throws IOException {
    try {
      ImageCodec.decode(file, Orientation.FROM_EXIF, new PixelLimit(10_000_000));
    } catch (IOException e) {
      throw new LongTailException(ErrorCode.DATA, e.getMessage(), e);
    }
  }

  /** A PNG's chunks with the checksums that they should have, so that what they say counts. */
  private static byte[] checked(byte[] png) {
    ByteBuffer chunks = ByteBuffer.wrap(png.clone());
    int at = 8;
    while (at + 12 <= png.length) {
      int length = chunks.getInt(at);
      if (length < 0 || length > png.length - at - 12) {
        break;
      }
      CRC32 checksum = new CRC32();
      checksum.update(png, at + 4, length + 4);
      chunks.putInt(at + 8 + length, (int) checksum.getValue());
      at += 12 + length;
    }
    return chunks.array();
  }

  private static byte[] tiff(BufferedImage image, String compression) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    if (!compression.equals("none")) {
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionType(compression);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(output);
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  @Test
  void annotations() throws IOException {
    String inat =
        """
        {"images": [{"id": 1, "file_name": "a/b c.jpg", "height": 20, "width": 30},
          {"id": 2, "file_name": "d.png", "height": 5, "width": 7}],
         "categories": [{"id": 3, "name": "owl"}, {"id": 9, "name": "Bär"}],
         "annotations": [{"id": 1, "image_id": 1, "category_id": 9}, {"id": 2, "image_id": 2, "category_id": 3}]}
        """;
    String longtail =
        """
        {"annotations": [{"image_id": 0, "fpath": "a.jpg", "im_height": 5, "im_width": 6, "category_id": 1},
          {"image_id": 1, "fpath": "b.jpg", "im_height": 5, "im_width": 6, "category_id": 0}], "num_classes": 2}
        """;
    readings.mutate(
        "iNaturalist JSON",
        60,
        bytes(inat),
        file -> annotations(AnnotationFormat.INAT, "a.json", file));
    readings.mutate(
        "long-tail JSON",
        60,
        bytes(longtail),
        file -> annotations(AnnotationFormat.LONGTAIL, "a.json", file));
    readings.mutate(
        "list",
        40,
        bytes("a b.jpg 0\nc.jpg 1\nd/e.png 1\n"),
        file -> annotations(AnnotationFormat.LIST, "a.txt", file));
    byte[] tar = gunzipped("/cifar/cifar-10-python.tar.gz");
    readings.mutate(
        "tar", 100, tar, file -> annotations(AnnotationFormat.CIFAR, "cifar.tar", file));
  }

  private void annotations(AnnotationFormat format, String name, byte[] file) throws IOException {
    Path annotations = Files.write(directory.resolve(name), file);
    Annotations.read(
        ImageCollection.of(format, annotations.toString(), directory.toString(), "train"), CONF);
  }

  private static byte[] gunzipped(String resource) throws IOException {
    try (InputStream in =
        new GZIPInputStream(MutatedFilesTest.class.getResourceAsStream(resource))) {
      return in.readAllBytes();
    }
  }

  @Test
  void experiments() {
    String yaml =
        """
        name: toy
        seed: 7
        data: {transforms: [{type: pad-crop, padding: 4}, {type: horizontal-flip}, {type: rand-augment, config: rand-n2-m10}]}
        model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, head: {type: normalized, scale: 16}}
        stages:
          - {name: one, epochs: 9, batch-size: 8, loss: {type: ldam, max-margin: 0.5}, optimizer: {type: sgd, lr: 0.1}}
          - {name: two, epochs: 2, batch-size: 8, sampler: class-balanced}
        averaging: {every: 5, scope: round}
        """;
    readings.mutate(
        ErrorCode.CONFIG,
        "YAML",
        150,
        bytes(yaml),
        file -> {
          Experiment experiment =
              Experiment.parse(new String(file, StandardCharsets.UTF_8), "toy.yaml", List.of());
          experiment.leastMemory();
          experiment.yaml();
        });
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
