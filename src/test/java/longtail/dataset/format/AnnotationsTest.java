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
import java.util.List;
import java.util.zip.GZIPOutputStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ClassCounts;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import longtail.dataset.StorageException;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AnnotationsTest {
  private static final Configuration CONF = new Configuration();
  @TempDir Path temporary;

  @Nested
  class INaturalist {
    private static final String IMAGES =
        """
        "images": [{"id": 30, "file_name": "b/2.jpg", "height": 480, "width": 640, "rights_holder": {"a": [1]}},
                   {"id": 7, "file_name": "a/1.jpg"}]""";
    private static final String ANNOTATIONS =
        """
        "annotations": [{"id": 1, "image_id": 7, "category_id": 12},
                        {"id": 2, "image_id": 30, "category_id": 5}]""";
    private static final String CATEGORIES =
        """
        "categories": [{"id": 12, "name": "Bombus"}, {"id": 5, "name": "Apis"}, {"id": 9}]""";
    private static final String INFO =
        """
        "info": {"year": 2018, "nested": [{"images": [1]}]}, "version": 1.5""";

    @Test
    void arraysMayStandInAnyOrder() throws IOException {
      AnnotatedSet expected = read(object(IMAGES, ANNOTATIONS, CATEGORIES));

      assertThat(read(object(INFO, CATEGORIES, ANNOTATIONS, IMAGES))).isEqualTo(expected);
      assertThat(read(object(ANNOTATIONS, IMAGES, CATEGORIES, INFO))).isEqualTo(expected);
      assertThat(expected.annotations())
          .containsExactly(
              new Annotation("7", "a/1.jpg", 2, 0, 0),
              new Annotation("30", "b/2.jpg", 0, 480, 640));
    }

    @Test
    void labelsAreTheRanksOfTheCategoryIds() throws IOException {
      AnnotatedSet set = read(object(IMAGES, ANNOTATIONS, CATEGORIES));

      assertThat(set.classNames()).containsExactly("Apis", "9", "Bombus");
      assertThat(set.labels()).containsExactly(2, 0);
      assertThat(set.counts()).isEqualTo(ClassCounts.of(1, 0, 1));
    }

    @Test
    void namesTheBadRecord() {
      assertBroken(
          object(IMAGES, ANNOTATIONS.replace("\"image_id\": 30", "\"image_id\": 31"), CATEGORIES),
          "annotations[1]: there is no image with the id '31'");
      assertBroken(
          object(IMAGES, ANNOTATIONS.replace("12", "13"), CATEGORIES),
          "annotations[0]: there is no category with the id 13");
      assertBroken(
          object(
              IMAGES, ANNOTATIONS.replace("\"category_id\": 12", "\"category\": 12"), CATEGORIES),
          "annotations[0]: 'category_id' is missing");
      assertBroken(
          object(IMAGES, ANNOTATIONS.replace("12", "\"twelve\""), CATEGORIES),
          "annotations[0]: there is no category with the id twelve");
      assertBroken(
          object(IMAGES, ANNOTATIONS.replace("12", "1.5"), CATEGORIES),
          "annotations[0]: 'category_id' must be a whole number or text, was 1.5");
      assertBroken(
          object(IMAGES, ANNOTATIONS.replace("12", "NaN"), CATEGORIES),
          "annotations[0]: 'category_id' must be a whole number or text, was");
      assertBroken(
          object(IMAGES.replace("30", "7"), ANNOTATIONS, CATEGORIES),
          "images[1]: the image id '7' occurs a second time");
      assertBroken(
          object(IMAGES.replace("file_name", "name"), ANNOTATIONS, CATEGORIES),
          "images[0]: 'file_name' is missing");
      assertBroken(
          object(IMAGES.replace("480", "-480"), ANNOTATIONS, CATEGORIES),
          "annotations[1]: height and width must not be negative, were -480 and 640");
      assertBroken(
          object(IMAGES, ANNOTATIONS, CATEGORIES.replace("9", "5")),
          "categories: the id 5 occurs a second time");
    }

    @Test
    void namesWhatIsMissing() {
      assertBroken(object(IMAGES, ANNOTATIONS), "categories: the array is missing or empty");
      assertBroken(object(IMAGES, CATEGORIES), "no image has a class, as in a test set");
      assertBroken(object(CATEGORIES), "it holds no image");
      assertBroken(
          object(IMAGES, ANNOTATIONS, CATEGORIES, IMAGES),
          "expected the array 'images' once, but it stands there a second time");
    }

    @Test
    void namesThePlaceWhereTheJsonIsDamaged() {
      String whole = object(IMAGES, ANNOTATIONS, CATEGORIES);

      assertBroken(whole.substring(0, whole.length() / 2), "not valid JSON");
      assertBroken(whole.replace("\"annotations\": [", "\"annotations\": {"), "line ");
      assertBroken("", "expected an object");
      assertBroken("{\"images\": 3}", "expected an array as the value of 'images'");
      assertBroken("{\"images\": [3]}", "expected an object as images[0]");
    }

    @Test
    void severalAnnotationsOfOneClassAreOneImage() throws IOException {
      String again = ANNOTATIONS.replace("]", ", {\"image_id\": 7, \"category_id\": 12}]");
      AnnotatedSet set = read(object(IMAGES, again, CATEGORIES));

      assertThat(set.annotations())
          .isEqualTo(read(object(IMAGES, ANNOTATIONS, CATEGORIES)).annotations());
      assertThat(set.notes()).anyMatch(note -> note.matches("1 image has several.*a/1.jpg"));
    }

    @Test
    void annotationsOfSeveralClassesAreRefused() {
      assertBroken(
          object(
              IMAGES,
              ANNOTATIONS.replace("]", ", {\"image_id\": 7, \"category_id\": 9}]"),
              CATEGORIES),
          "annotations[2]: the image a/1.jpg (id '7') has the class 'Bombus' already and now '9'",
          "leave one annotation");
    }

    @Test
    void imagesWithoutAnnotationAreLeftOutWithANote() throws IOException {
      String more = IMAGES.replace("1.jpg\"}", "1.jpg\"}, {\"id\": 8, \"file_name\": \"c/3.jpg\"}");
      AnnotatedSet set = read(object(more, ANNOTATIONS, CATEGORIES));

      assertThat(set.annotations())
          .isEqualTo(read(object(IMAGES, ANNOTATIONS, CATEGORIES)).annotations());
      assertThat(set.notes())
          .anyMatch(note -> note.matches("left out without an annotation: 1 image, .*c/3.jpg"));
    }

    @Test
    void anIdIsTheSameAsTextAsNumberAndAsFloat() throws IOException {
      AnnotatedSet expected = read(object(IMAGES, ANNOTATIONS, CATEGORIES));

      assertThat(read(object(IMAGES, ANNOTATIONS.replace("12", "\"12\""), CATEGORIES)))
          .isEqualTo(expected);
      assertThat(read(object(IMAGES, ANNOTATIONS, CATEGORIES.replace("12", "12.0"))))
          .isEqualTo(expected);
      assertThat(read(object(IMAGES, ANNOTATIONS.replace(": 7", ": 7.0"), CATEGORIES)))
          .isEqualTo(expected);
      String large = "98765432109876543210";
      assertThat(
              read(
                  object(
                      IMAGES, ANNOTATIONS.replace("12", large), CATEGORIES.replace("12", large))))
          .isEqualTo(expected);
    }

    @Test
    void notANumberMattersOnlyWhereANumberIsUsed() throws IOException {
      String annotated = ANNOTATIONS.replace("\"id\": 1,", "\"area\": NaN, \"id\": -Infinity,");
      AnnotatedSet set =
          read(
              object(
                  IMAGES.replace("480", "NaN").replace("\"id\": 7", "\"latitude\": NaN, \"id\": 7"),
                  annotated,
                  CATEGORIES,
                  "\"x\": [Infinity, NaN]"));

      assertThat(set.labels()).containsExactly(2, 0);
      assertThat(set.annotations().get(1).height()).isZero();
    }

    @Test
    void aSecondJsonValueIsNotIgnored() {
      String whole = object(IMAGES, ANNOTATIONS, CATEGORIES);
      assertBroken(whole + whole, "nothing after the first JSON value");
    }

    private AnnotatedSet read(String json) throws IOException {
      return Annotations.read(collection(AnnotationFormat.INAT, file("inat.json", json)), CONF);
    }

    private void assertBroken(String json, String... reasons) {
      AnnotationsTest.this.assertBroken(AnnotationFormat.INAT, "inat.json", json, reasons);
    }

    private static String object(String... fields) {
      return "{\n" + String.join(",\n", fields) + "}\n";
    }
  }

  @Nested
  class LongTailedJson {
    private static final String JSON =
        """
        {"annotations": [
          {"image_id": "x", "fpath": "/data/1.jpg", "im_height": 4, "im_width": 5, "category_id": 2},
          {"image_id": 3, "fpath": "2.jpg", "category_id": 0}],
         "num_classes": 4}
        """;

    @Test
    void readsItsRecords() throws IOException {
      AnnotatedSet set = read(JSON);

      assertThat(set.annotations())
          .containsExactly(
              new Annotation("x", "/data/1.jpg", 2, 4, 5), new Annotation("3", "2.jpg", 0, 0, 0));
      assertThat(set.classNames()).containsExactly("0", "1", "2", "3");
    }

    @Test
    void readsTheBareArray() throws IOException {
      AnnotatedSet set =
          read("[{\"fpath\": \"1.jpg\", \"category_id\": 2, \"im_shape\": [4, 5, 3]}]");

      assertThat(set.annotations()).containsExactly(new Annotation("0", "1.jpg", 2, 0, 0));
      assertThat(set.classes()).isEqualTo(3);
    }

    @Test
    void namesTheBadRecord() {
      assertBroken(
          JSON.replace("\"num_classes\": 4", "\"num_classes\": 2"),
          "image 0 ('x'): the class must be below the number of classes 2, was 2");
      assertBroken(JSON.replace("4}", "0}"), "num_classes: must be a positive whole number, was 0");
      assertBroken(JSON.replace(": 0", ": -1"), "annotations[1]: the class must not be negative");
      assertBroken(JSON.replace("2.jpg", " "), "annotations[1]: the path of the image is empty");
      assertBroken(JSON.replace("\"x\"", "\"\""), "annotations[0]: the image id is empty");
      assertBroken(JSON.replace("\"x\"", "[1]"), "annotations[0]: 'image_id' must be");
      assertBroken(JSON.replace("\"x\"", "3"), "annotations[1]: the image id '3' occurs a second");
      assertBroken(JSON.replace("\"2.jpg\"", "2"), "annotations[1]: 'fpath' must be text, was 2");
      assertBroken("{\"num_classes\": 4}", "it holds no image");
      assertBroken(JSON.replace(": 4}", ": 2000000000}"), "num_classes: 2000000000 classes of 2");
      assertBroken(
          JSON.replace(" \"num_classes\": 4", " \"x\": 4").replace(": 2}", ": 10000000}"),
          "annotations[0] (/data/1.jpg): the label 10000000");
      assertBroken(JSON.replace(": 2}", ": 2000000000000}"), "the label 2000000000000");
    }

    private AnnotatedSet read(String json) throws IOException {
      return Annotations.read(collection(AnnotationFormat.LONGTAIL, file("lt.json", json)), CONF);
    }

    private void assertBroken(String json, String reason) {
      AnnotationsTest.this.assertBroken(AnnotationFormat.LONGTAIL, "lt.json", json, reason);
    }
  }

  @Nested
  class ListFiles {
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

      assertThat(set.annotations())
          .extracting(Annotation::path)
          .containsExactly("a.jpg", "b/c.JPEG");
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
        AnnotatedSet set = Annotations.read(collection(AnnotationFormat.LIST, file), CONF);
        assertThat(set.annotations())
            .extracting(Annotation::path)
            .containsExactly("ä.jpg", "b.jpg");
      }
    }

    @Test
    void textInAnotherCharacterSetIsRefused() throws IOException {
      Path file = temporary.resolve("latin.txt");
      Files.write(file, "ä.jpg 0\n".getBytes(StandardCharsets.ISO_8859_1));
      assertThatThrownBy(() -> Annotations.read(collection(AnnotationFormat.LIST, file), CONF))
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
      String file = file("list.txt", "a.jpg 0\nb.jpg 20\n").toString();
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
              file("list.txt", "a.jpg 0\n").toString(),
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

      assertThat(Annotations.read(collection(AnnotationFormat.LIST, file), CONF).size())
          .isEqualTo(1);
      Files.writeString(file, "a/1.jpg 0\n");
      assertThatThrownBy(() -> Annotations.read(collection(AnnotationFormat.LIST, file), CONF))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("list.txt.gz failed");
    }

    @Test
    void mayBeToldTheNumberOfClasses() throws IOException {
      String file = file("list.txt", "a/1.jpg 0\nb/2.jpg 3\n").toString();
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
      return Annotations.read(collection(AnnotationFormat.LIST, file("list.txt", text)), CONF);
    }

    private void assertBroken(String text, String... reasons) {
      AnnotationsTest.this.assertBroken(AnnotationFormat.LIST, "list.txt", text, reasons);
    }
  }

  @Nested
  class Folders {
    @Test
    void aFolderIsAClass() throws IOException {
      image("photos/wren/2.png");
      image("photos/wren/10.png");
      image("photos/wren/.hidden");
      image("photos/eider/a b:c.png");
      image("photos/readme.txt");

      AnnotatedSet set = Annotations.read(photos(), CONF);

      assertThat(set.classNames()).containsExactly("eider", "wren");
      assertThat(set.annotations())
          .extracting(Annotation::path)
          .containsExactly("eider/a b:c.png", "wren/10.png", "wren/2.png");
      assertThat(set.labels()).containsExactly(0, 1, 1);
      try (CollectionImages source = CollectionImages.open(photos(), CONF)) {
        for (Annotation annotation : set.annotations()) {
          assertThat(source.read(annotation))
              .isInstanceOfSatisfying(
                  ImageContent.Encoded.class,
                  encoded ->
                      assertThat(new String(encoded.bytes(), StandardCharsets.UTF_8))
                          .isEqualTo("photos/" + annotation.path()));
        }
      }
    }

    @Test
    void refusesOtherTrees() throws IOException {
      assertBroken("photos");
      Files.createDirectories(temporary.resolve("photos"));
      assertBroken("it holds no image");
      image("photos/1.jpg");
      assertBroken("it holds 1 file and no folder");
      Files.createDirectory(temporary.resolve("photos/empty"));
      assertBroken("folder empty: it is empty");
      image("photos/empty/deep/1.png");
      assertBroken("empty/deep: expected an image, was a folder");
    }

    @Test
    void namesWithALeadingUnderscoreAreNames() throws IOException {
      image("photos/_other/1.jpg");
      image("photos/ant/_DSC0002.JPG");
      image("photos/ant/__1");

      AnnotatedSet set = Annotations.read(photos(), CONF);

      assertThat(set.classNames()).containsExactly("_other", "ant");
      assertThat(set.counts()).isEqualTo(ClassCounts.of(1, 2));
      assertThat(set.notes()).isEmpty();
    }

    @Test
    void whatIsNoImageByItsNameIsCountedAndNamed() throws IOException {
      image("photos/ant/1.jpg");
      image("photos/ant/Thumbs.db");
      image("photos/ant/1.xmp");
      image("photos/bee/THUMBS.DB");
      image("photos/bee/.DS_Store");
      image("photos/bee/desktop.ini");
      image("photos/bee/2");
      image("photos/bee/notes.of.2.unknown");
      image("photos/bee/@eaDir/2.jpg");
      image("photos/.git/1.jpg");
      image("photos/labels.csv");
      image("photos/loose.jpg");

      AnnotatedSet set = Annotations.read(photos(), CONF);

      assertThat(set.annotations())
          .extracting(Annotation::path)
          .containsExactly("ant/1.jpg", "bee/2", "bee/notes.of.2.unknown");
      assertThat(set.notes())
          .anySatisfy(
              note ->
                  assertThat(note)
                      .startsWith("8 files are no images by their names and left out: ")
                      .contains("2 Thumbs.db, ", "1 *.xmp", "1 @eaDir/"))
          .anyMatch(note -> note.matches("left out beside the class folders: 1 file, .*loose.jpg"));
    }

    @Test
    void aClassOfTheListNeedsNoImages() throws IOException {
      image("photos/ant/1.jpg");
      image("photos/cat/2.jpg");
      Files.createDirectory(temporary.resolve("photos/bee"));
      ImageCollection known = photos().withClassNames(List.of("cat", "bee", "ant"));

      AnnotatedSet set = Annotations.read(known, CONF);

      assertThat(set.classNames()).containsExactly("cat", "bee", "ant");
      assertThat(set.labels()).containsExactly(2, 0);
      assertThat(set.notes()).containsExactly("1 of 3 classes have no image: bee");
      image("photos/dog/3.jpg");
      assertThatThrownBy(() -> Annotations.read(known, CONF))
          .isInstanceOfSatisfying(
              LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
          .hasMessageContaining("'dog' (1 image)");
    }

    @Test
    void aListingIsCompleteOrFails() throws IOException, InterruptedException {
      image("photos/ant/1.jpg");
      Files.createSymbolicLink(temporary.resolve("photos/ant/2.jpg"), Path.of("nowhere.jpg"));
      assertBroken("1 entries of", "'2.jpg'", "links to nothing");
      Files.delete(temporary.resolve("photos/ant/2.jpg"));
      // \351 is no UTF-8: a name that Java can list and cannot open
      Process touch =
          new ProcessBuilder("sh", "-c", "printf x > \"$(printf 'photos/ant/caf\\351.jpg')\"")
              .directory(temporary.toFile())
              .start();
      assertThat(touch.waitFor()).isZero();
      assertBroken("1 entries of", "character set", "LC_ALL");
    }

    private void image(String path) throws IOException {
      Path file = temporary.resolve(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, path);
    }

    private ImageCollection photos() {
      return ImageCollection.of(
          AnnotationFormat.FOLDER, "", temporary.resolve("photos").toString(), "train");
    }

    private void assertBroken(String... reasons) {
      assertThatThrownBy(() -> Annotations.read(photos(), CONF))
          .isInstanceOfSatisfying(
              LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
          .hasMessageContainingAll(reasons);
    }
  }

  @Test
  void namesAMissingFile() {
    for (AnnotationFormat format :
        new AnnotationFormat[] {
          AnnotationFormat.INAT, AnnotationFormat.LONGTAIL, AnnotationFormat.LIST
        }) {
      ImageCollection absent = collection(format, temporary.resolve("absent.txt"));
      assertThatThrownBy(() -> Annotations.read(absent, CONF))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("absent.txt failed");
    }
  }

  @Test
  void namesAMissingImage() throws IOException {
    ImageCollection photos =
        ImageCollection.of(AnnotationFormat.LIST, "", temporary.toString(), "train");
    try (CollectionImages source = CollectionImages.open(photos, CONF)) {
      assertThatThrownBy(() -> source.read(new Annotation("0", "a/1.jpg", 0, 0, 0)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a/1.jpg");
      assertThatThrownBy(() -> source.read(new Annotation("0", "no such://place", 0, 0, 0)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no such://place");
    }
  }

  @Test
  void qualifiedPathsMeanTheSameInEveryProcess() {
    ImageCollection relative =
        ImageCollection.of(AnnotationFormat.LIST, "lists/a.txt", "images", "train");
    String here = "file:" + Path.of("").toAbsolutePath();

    assertThat(relative.qualified(CONF).annotations()).isEqualTo(here + "/lists/a.txt");
    assertThat(relative.qualified(CONF).images()).isEqualTo(here + "/images");
  }

  @Test
  void theFingerprintTellsSetsApart() {
    AnnotatedSet set = Annotations.read(list("a 0\nb 1\n"), CONF);

    assertThat(Annotations.read(list("a 0\nb 1\n"), CONF).fingerprint())
        .isEqualTo(set.fingerprint());
    assertThat(Annotations.read(list("a 1\nb 0\n"), CONF).fingerprint())
        .isNotEqualTo(set.fingerprint());
    assertThat(set.select(new int[] {1}).fingerprint()).isNotEqualTo(set.fingerprint());
  }

  private ImageCollection list(String text) {
    try {
      return collection(AnnotationFormat.LIST, file("list.txt", text));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static ImageCollection collection(AnnotationFormat format, Path annotations) {
    return ImageCollection.of(format, annotations.toString(), "", "train");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(temporary.resolve(name), text);
  }

  private void assertBroken(AnnotationFormat format, String name, String text, String... reasons) {
    assertThatThrownBy(() -> Annotations.read(collection(format, file(name, text)), CONF))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageContaining(name)
        .hasMessageContainingAll(reasons);
  }
}
