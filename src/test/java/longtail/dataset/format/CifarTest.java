package longtail.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import java.util.zip.GZIPOutputStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The python archives of the test resources were written by Python and NumPy: CIFAR-10 with the
 * opcodes of Python 2, as the published files are, CIFAR-100 with protocols 2 and 5 and keys of
 * bytes.
 */
class CifarTest {
  private static final Configuration CONF = new Configuration();
  @TempDir Path temporary;

  /** Value of the test images at a place of a colour plane. */
  private static byte pixel(int image, int channel, int place) {
    return (byte) (image * 7 + channel * 50 + place);
  }

  private static int label(int image, int classes) {
    return (3 * image + 1) % classes;
  }

  @Test
  void readsThePythonVersionOfCifar10() throws IOException {
    assertSplit(resource("cifar-10-python.tar.gz"), "train", 5, 10, "airplane");
    assertSplit(resource("cifar-10-python.tar.gz"), "test", 2, 10, "airplane");
  }

  @Test
  void readsThePythonVersionOfCifar100() throws IOException {
    assertSplit(resource("cifar-100-python.tar.gz"), "train", 4, 100, "name0");
    assertSplit(resource("cifar-100-python.tar.gz"), "test", 2, 100, "name0");
  }

  @Test
  void readsTheBinaryVersionOfCifar10AsArchive() throws IOException {
    Path archive = tarGz("cifar-10-binary.tar.gz", binary10());

    assertSplit(archive.toString(), "train", 5, 10, "c0");
    assertSplit(archive.toString(), "test", 2, 10, "c0");
  }

  @Test
  void readsTheBinaryVersionOfCifar100FromADirectory() throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("root/cifar-100-binary"));
    Files.write(folder.resolve("train.bin"), binary(0, 4, 100));
    Files.write(folder.resolve("test.bin"), binary(0, 2, 100));

    assertSplit(folder.toString(), "train", 4, 100, "0");
    assertSplit(folder.getParent().toString(), "test", 2, 100, "0");
  }

  @Test
  void readsTheTfRecordsOfLongTailedCifar() throws IOException {
    Files.write(temporary.resolve("train.tfrecords"), tfRecords(0, 4, 11));
    Files.write(temporary.resolve("eval.tfrecords"), tfRecords(0, 2, 5));

    assertSplit(temporary.toString(), "train", 4, 11, "0");
    assertSplit(temporary.toString(), "test", 2, 5, "0");
    assertSplit(temporary.resolve("eval.tfrecords").toString(), "train", 2, 5, "0");
  }

  @Test
  void noticesThatAnArchiveWasReplaced() throws IOException {
    Path archive = tarGz("cifar-10-binary.tar.gz", binary10());
    assertSplit(archive.toString(), "train", 5, 10, "c0");

    Map<String, byte[]> files = binary10();
    files.remove("d/data_batch_2.bin");
    tarGz("cifar-10-binary.tar.gz", files);

    assertSplit(archive.toString(), "train", 3, 10, "c0");
  }

  @Test
  void refusesDamagedTfRecords() throws IOException {
    byte[] records = tfRecords(0, 4, 100);
    Path file = temporary.resolve("train.tfrecords");

    Files.write(file, Arrays.copyOf(records, records.length - 5));
    assertBroken(file, "train.tfrecords");
    byte[] length = records.clone();
    length[0]++;
    Files.write(file, length);
    assertBroken(file, "the length of a record is damaged");
    byte[] content = records.clone();
    content[500]++;
    Files.write(file, content);
    assertBroken(file, "the content of a record is damaged");
    Files.write(file, record(new byte[] {8, 1}));
    assertBroken(file, "a record is no tf.train.Example message");
    Files.write(file, record(new byte[0]));
    assertBroken(file, "a record has no feature 'label'");
  }

  @Test
  void namesTheFileThatIsTruncated() throws IOException {
    Map<String, byte[]> files = binary10();
    files.computeIfPresent("d/data_batch_2.bin", (n, b) -> Arrays.copyOf(b, b.length - 1));

    assertBroken(
        tarGz("short.tar.gz", files), "file data_batch_2.bin: 6145 bytes are not a whole number");
  }

  @Test
  void refusesAnArchiveCutOff() throws IOException {
    byte[] archive = Files.readAllBytes(Path.of(resource("cifar-10-python.tar.gz")));
    Path cut = temporary.resolve("cut.tar.gz");
    Files.write(cut, Arrays.copyOf(archive, archive.length * 2 / 3));

    assertBroken(cut, "cut.tar.gz failed");
  }

  @Test
  void refusesWhatIsNoArchive() throws IOException {
    Path text = temporary.resolve("text.tar");
    Files.writeString(text, "no tar at all ".repeat(100));
    Path plain = temporary.resolve("plain.tar.gz");
    Files.writeString(plain, "no gzip");

    assertBroken(text, "text.tar");
    assertBroken(plain, "plain.tar.gz");
    assertBroken(temporary.resolve("absent.tar.gz"), "absent.tar.gz");
  }

  @Test
  void refusesALabelOutOfRange() throws IOException {
    Map<String, byte[]> files = binary10();
    files.get("d/data_batch_1.bin")[3073] = 10;

    assertBroken(tarGz("label.tar.gz", files), "image 1 ('train-1'): the class must be below");
  }

  @Test
  void refusesADamagedPickle() throws IOException {
    for (String pickle :
        new String[] {
          "", "garbage", "\u0080\u0002]q\u0000.", "\u0080\u0002}q\u0000.", "cos\nsystem\n."
        }) {
      byte[] bytes = pickle.getBytes(StandardCharsets.ISO_8859_1);
      assertBroken(tarGz("pickle.tar.gz", Map.of("d/data_batch_1", bytes)), "file data_batch_1: ");
    }
  }

  @Test
  void callsNothingThatAPickleNames() throws IOException {
    byte[] call = "cos\nsystem\n(S'true'\ntR.".getBytes(StandardCharsets.ISO_8859_1);

    assertBroken(
        tarGz("hostile.tar.gz", Map.of("d/data_batch_1", call)), "unexpected class os.system");
  }

  @Test
  void refusesSeveralVersionsInOneDirectory() throws IOException {
    Files.write(temporary.resolve("train.bin"), binary(0, 4, 100));
    Files.write(temporary.resolve("data_batch_1.bin"), binary(0, 4, 10));

    assertBroken(temporary, "several versions");
  }

  @Test
  void refusesADirectoryOfSomethingElse() throws IOException {
    Files.writeString(temporary.resolve("readme.txt"), "hello");

    assertBroken(temporary, "no file of the train split of CIFAR-10 or CIFAR-100");
  }

  @Test
  void knowsOnlyTrainAndTest() {
    ImageCollection other = collection(resource("cifar-10-python.tar.gz"), "val");

    assertThatThrownBy(() -> Annotations.read(other, CONF))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("must be train or test, was val");
  }

  private static void assertSplit(
      String archive, String split, int images, int classes, String firstClass) throws IOException {
    ImageCollection collection = collection(archive, split);
    AnnotatedSet set = Annotations.read(collection, CONF);

    assertThat(set.classes()).isEqualTo(classes);
    assertThat(set.classNames().get(0)).isEqualTo(firstClass);
    assertThat(set.labels())
        .isEqualTo(IntStream.range(0, images).map(i -> label(i, classes)).toArray());
    try (CollectionImages source = CollectionImages.open(collection, CONF)) {
      for (int i = 0; i < images; i++) {
        Annotation annotation = set.annotations().get(i);
        assertThat(annotation.imageId()).isEqualTo(split + "-" + i);
        assertThat(annotation.height()).isEqualTo(32);
        assertThat(source.read(annotation))
            .isInstanceOfSatisfying(ImageContent.Pixels.class, assertPixels(i));
      }
    }
  }

  private static java.util.function.Consumer<ImageContent.Pixels> assertPixels(int image) {
    byte[] expected = new byte[3 * 1024];
    for (int place = 0; place < 1024; place++) {
      for (int channel = 0; channel < 3; channel++) {
        expected[3 * place + channel] = pixel(image, channel, place);
      }
    }
    return pixels -> assertThat(pixels.rgb()).isEqualTo(expected);
  }

  private static void assertBroken(Path archive, String reason) {
    ImageCollection collection = collection(archive.toString(), "train");
    assertThatThrownBy(() -> Annotations.read(collection, CONF))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageContaining(archive.toString())
        .hasMessageContaining(reason);
  }

  private static ImageCollection collection(String archive, String split) {
    return ImageCollection.of(AnnotationFormat.CIFAR, archive, "", split);
  }

  private static String resource(String name) {
    try {
      return Path.of(CifarTest.class.getResource("/cifar/" + name).toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, byte[]> binary10() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    String names =
        IntStream.range(0, 10).mapToObj(c -> "c" + c + "\n").reduce("", String::concat) + "\n";
    files.put("d/batches.meta.txt", names.getBytes(StandardCharsets.UTF_8));
    files.put("d/data_batch_2.bin", binary(3, 2, 10));
    files.put("d/data_batch_1.bin", binary(0, 3, 10));
    files.put("d/test_batch.bin", binary(0, 2, 10));
    return files;
  }

  private static byte[] binary(int first, int images, int classes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = first; i < first + images; i++) {
      if (classes == 100) {
        out.write(99); // the coarse label
      }
      out.write(label(i, classes));
      for (int channel = 0; channel < 3; channel++) {
        for (int place = 0; place < 1024; place++) {
          out.write(pixel(i, channel, place));
        }
      }
    }
    return out.toByteArray();
  }

  private static byte[] tfRecords(int first, int images, int classes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = first; i < first + images; i++) {
      byte[] pixels = Arrays.copyOfRange(binary(i, 1, 10), 1, 3073);
      byte[] image = delimited(2, delimited(1, delimited(1, pixels)));
      byte[] label =
          delimited(2, delimited(3, delimited(1, new byte[] {(byte) label(i, classes)})));
      byte[] features =
          concatenated(
              delimited(
                  1, concatenated(delimited(1, "image".getBytes(StandardCharsets.UTF_8)), image)),
              delimited(
                  1, concatenated(delimited(1, "label".getBytes(StandardCharsets.UTF_8)), label)));
      out.writeBytes(record(delimited(1, features)));
    }
    return out.toByteArray();
  }

  /** A protobuf field of bytes. */
  private static byte[] delimited(int number, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write((number << 3) | 2);
    int length = content.length;
    for (; length > 127; length >>= 7) {
      out.write((length & 127) | 128);
    }
    out.write(length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] concatenated(byte[] one, byte[] two) {
    return ByteBuffer.allocate(one.length + two.length).put(one).put(two).array();
  }

  private static byte[] record(byte[] message) {
    ByteBuffer out = ByteBuffer.allocate(message.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(message.length);
    out.putInt(masked(Arrays.copyOf(out.array(), 8)));
    return out.put(message).putInt(masked(message)).array();
  }

  private static int masked(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  private Path tarGz(String name, Map<String, byte[]> files) throws IOException {
    Path archive = temporary.resolve(name);
    try (OutputStream out = Files.newOutputStream(archive);
        GZIPOutputStream gzip = new GZIPOutputStream(out);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return archive;
  }
}
