package longtail.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import longtail.LongTailException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.StorageException;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is read of a list of paths and labels, and what is refused. */
class ListAnnotationsTest {
  private static final Configuration CONF = new Configuration();
  @TempDir Path temporary;

  @Test
  void readsPathAndLabel() throws IOException {
    AnnotatedSet set = read("a/1.jpg 0\n\n  b/2.jpg\t2 \r\nc/ä.jpg  0");

    assertThat(set.annotations())
        .containsExactly(
            new Annotation("0", "a/1.jpg", 0, 0, 0),
            new Annotation("1", "b/2.jpg", 2, 0, 0),
            new Annotation("2", "c/ä.jpg", 0, 0, 0));
    assertThat(set.classes()).isEqualTo(3);
  }

  @Test
  void theLabelIsTheLastColumnAndAPathMayHaveBlanks() throws IOException {
    AnnotatedSet set =
        read("bird 2018 left.png 1\nmy photo 1.png\t0\na  b\t2\nx.jpg of y.png\t+1\n");

    assertThat(set.annotations())
        .extracting(Annotation::path)
        .containsExactly("bird 2018 left.png", "my photo 1.png", "a  b", "x.jpg of y.png");
    assertThat(set.labels()).containsExactly(1, 0, 2, 1);
  }

  @Test
  void wordsBehindTheLabelAreLeftAlone() throws IOException {
    AnnotatedSet set = read("a.jpg 1 dog\nb/c.JPEG\t0\tof the test set\n");

    assertThat(set.annotations()).extracting(Annotation::path).containsExactly("a.jpg", "b/c.JPEG");
    assertThat(set.labels()).containsExactly(1, 0);
  }

  @Test
  void furtherNumbersAreRefusedForEachMayBeTheLabel() {
    for (String line :
        new String[] {
          "a.JPEG 0 1", "a.png\t0\t1", "my a.jpg\t0\t1", "a.jpg, 3, 1", "my a.jpg 0 dog"
        }) {
      assertBroken("b.jpg 0\n" + line + "\n", "line 2", "'path label'");
    }
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstPath() throws IOException {
    Charset[] charsets = {
      StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE
    };
    for (Charset charset : charsets) {
      Path file = temporary.resolve("marked.txt");
      Files.write(file, "\uFEFFä.jpg 0\r\nb.jpg 1\r\n".getBytes(charset));
      AnnotatedSet set =
          Annotations.read(AnnotationFiles.collection(AnnotationFormat.LIST, file), CONF);
      assertThat(set.annotations()).extracting(Annotation::path).containsExactly("ä.jpg", "b.jpg");
    }
  }

  @Test
  void textInAnotherCharacterSetIsRefused() throws IOException {
    Path file = temporary.resolve("latin.txt");
    Files.write(file, "ä.jpg 0\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(
            () -> Annotations.read(AnnotationFiles.collection(AnnotationFormat.LIST, file), CONF))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("latin.txt failed: it is not UTF-8 text");
  }

  @Test
  void labelsFarBeyondTheNumberOfImagesAreRefused() throws IOException {
    for (String label : new String[] {"20181231", "2147483647", "1514764800", "20"}) {
      assertBroken("a.jpg 0\nb.jpg " + label + "\n", "line 2", label, "--class-count");
    }
    assertBroken("a.jpg 99999999999\n", "line 1", "99999999999", "--class-count");
    assertThat(read("a.jpg 0\nb.jpg 19\n").classes()).isEqualTo(20);
    String file = AnnotationFiles.in(temporary).file("list.txt", "a.jpg 0\nb.jpg 20\n").toString();
    ImageCollection told = new ImageCollection(AnnotationFormat.LIST, file, "", "train", 8142);
    assertThat(Annotations.read(told, CONF).classes()).isEqualTo(8142);
  }

  @Test
  void oddLabelsAreNoted() throws IOException {
    assertThat(read("a.jpg 1\nb.jpg 2\n").notes())
        .containsExactly("class 0 has no image: do the labels begin at 1?");
    assertThat(read("a.jpg 0\nb.jpg 1\nc.jpg 4\n").notes())
        .containsExactly("2 of 5 classes have no image: 2, 3");
    assertThat(read("a.jpg 0\nb.jpg 1\na.jpg 1\nb.jpg 1\n").notes())
        .containsExactly(
            "1 file has two classes: a.jpg is 0 and 1",
            "1 file occurs several times, such as b.jpg");
    assertThat(read("a.jpg 0\nb.jpg 1\n").notes()).isEmpty();
    assertThat(read("d/a.jpg 0\n./d//a.jpg 1\nd/./a.jpg 1\n../d/a.jpg 1\n").notes())
        .as("one file by three names")
        .containsExactly("1 file has two classes: ./d//a.jpg is 0 and 1");
  }

  @Test
  void aNumberOfClassesThatNoNetworkHasIsRefused() {
    assertThatThrownBy(() -> new ImageCollection(AnnotationFormat.LIST, "", "", "train", 1 << 30))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 1000000, was 1073741824");
  }

  @Test
  @Timeout(60)
  void aPipeIsNoImageAndIsNotWaitedFor() throws IOException, InterruptedException {
    Path pipe = temporary.resolve("a.jpg");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    ImageCollection collection =
        ImageCollection.of(
            AnnotationFormat.LIST,
            Files.writeString(temporary.resolve("list.txt"), "a.jpg 0\n").toString(),
            temporary.toString(),
            "train");
    try (CollectionImages images = CollectionImages.open(collection, CONF)) {
      assertThatThrownBy(() -> images.read(new Annotation("0", "a.jpg", 0, 0, 0)))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(StorageException.class)
          .hasMessageContaining("it is a pipe or a device and no file");
    }
  }

  @Test
  void decompressesByExtension() throws IOException {
    Path file = temporary.resolve("list.txt.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("a/1.jpg 0\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(
            Annotations.read(AnnotationFiles.collection(AnnotationFormat.LIST, file), CONF).size())
        .isEqualTo(1);
    Files.writeString(file, "a/1.jpg 0\n");
    assertThatThrownBy(
            () -> Annotations.read(AnnotationFiles.collection(AnnotationFormat.LIST, file), CONF))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("list.txt.gz failed");
  }

  @Test
  void mayBeToldTheNumberOfClasses() throws IOException {
    String file =
        AnnotationFiles.in(temporary).file("list.txt", "a/1.jpg 0\nb/2.jpg 3\n").toString();
    ImageCollection ten = new ImageCollection(AnnotationFormat.LIST, file, "", "train", 10);
    ImageCollection three = new ImageCollection(AnnotationFormat.LIST, file, "", "train", 3);

    assertThat(Annotations.read(ten, CONF).classes()).isEqualTo(10);
    assertThatThrownBy(() -> Annotations.read(three, CONF))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("image 1 ('1'): the class must be below the number of classes 3");
  }

  @Test
  void namesTheBadLine() {
    assertBroken("a/1.jpg 0\nb/2.jpg\n", "line 2: expected 'path label', was 'b/2.jpg'");
    assertBroken("a/1.jpg 0.5\n", "line 1: expected 'path label' with a whole number as label");
    assertBroken("a/1.jpg 0\n\nb/2.jpg -1\n", "line 3: the class must not be negative, was -1");
    assertBroken("\n", "it holds no image");
  }

  private AnnotatedSet read(String text) throws IOException {
    return Annotations.read(
        AnnotationFiles.collection(
            AnnotationFormat.LIST, AnnotationFiles.in(temporary).file("list.txt", text)),
        CONF);
  }

  private void assertBroken(String text, String... reasons) {
    AnnotationFiles.in(temporary).assertBroken(AnnotationFormat.LIST, "list.txt", text, reasons);
  }
}
