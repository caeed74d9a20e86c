package longtail.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ClassCounts;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of a tree with a folder for each class, and what is refused. */
class FolderAnnotationsTest {
  private static final Configuration CONF = new Configuration();
  @TempDir Path temporary;

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
