package longtail.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a path means; nothing is decoded here. */
@Tag("spark")
class ImageSearchTest {
  private static JavaSparkContext spark;

  @TempDir Path directory;

  @BeforeAll
  static void open() {
    spark = LocalSpark.shared();
  }

  @Test
  void aFolderHasAllThatIsBelowItWhateverItIsCalled() throws IOException {
    String[] names = {
      "a.jpg", "_b.jpg", "with blank.jpg", "deep/er/_c/d.png", "é/ü.jpg", "x=1/y:2.jpg", "noname"
    };
    for (String name : names) {
      touch(name);
    }
    assertThat(names("")).containsExactlyInAnyOrder(names).isSorted();
  }

  @Test
  void executorsListWhatIsBelowTheFirstLevels() throws IOException {
    for (int i = 0; i < 120; i++) {
      touch("%d/%02d/%d.jpg".formatted(i % 3, i % 40, i));
      touch("%d/%02d/Thumbs.db".formatted(i % 3, i % 40));
    }
    int before = jobs();
    ImageList found = find("");
    assertThat(found.images()).hasSize(120);
    assertThat(found.notes()).singleElement().asString().contains("120 Thumbs.db");
    assertThat(jobs()).isGreaterThan(before);
  }

  private static int jobs() {
    return spark.statusTracker().getJobIdsForGroup(null).length;
  }

  @Test
  void whatSystemsKeepBesideImagesIsCountedAndNamed() throws IOException {
    touch("a.jpg");
    touch(".DS_Store");
    touch("b/Thumbs.db");
    touch("b/notes.txt");
    touch("b/.cache/c.jpg");
    touch("packed.tar");
    ImageList found = find("");
    assertThat(found.images()).extracting(ImageReference::name).containsExactly("a.jpg");
    assertThat(found.notes())
        .singleElement()
        .asString()
        .contains("1 Thumbs.db", "1 *.txt", "1 .cache/", "1 *.tar");
  }

  @Test
  void aFileIsOneImage() throws IOException {
    touch("b/a.jpg");
    assertThat(names("b/a.jpg")).containsExactly("a.jpg");
  }

  @Test
  void aPatternMatchesFilesAndFoldersAtAnyLevel() throws IOException {
    touch("2023/a.jpg");
    touch("2024/b.jpg");
    touch("2024/c.png");
    touch("2024/deep/d.jpg");
    touch("other/e.jpg");
    assertThat(names("202?/*.jpg")).containsExactly("2023/a.jpg", "2024/b.jpg");
    assertThat(names("2024/*.{jpg,png}")).containsExactly("b.jpg", "c.png");
    assertThat(names("202*"))
        .containsExactly("2023/a.jpg", "2024/b.jpg", "2024/c.png", "2024/deep/d.jpg");
    touch("really[1].jpg");
    assertThat(names("really[1].jpg")).containsExactly("really[1].jpg");
  }

  @Test
  void aListHasAPathInEachLineRelativeToItself() throws IOException {
    touch("lists/photos/with blank.jpg");
    Path far = touch("far.jpg");
    Files.writeString(
        directory.resolve("lists/today.txt"),
        "photos/with blank.jpg\n\n%s\nmissing.jpg\r\n".formatted(far),
        StandardCharsets.UTF_8);
    ImageList found = find("lists/today.txt");
    assertThat(found.images())
        .extracting(ImageReference::name)
        .containsExactly(far.toString(), "missing.jpg", "photos/with blank.jpg");
    try (ImageFetcher fetcher = found.location().open(new Configuration())) {
      assertThat(fetcher.fetch(found.images().get(0))).hasSize(1);
      assertThat(fetcher.fetch(found.images().get(2))).hasSize(1);
      assertThatThrownBy(() -> fetcher.fetch(found.images().get(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("missing.jpg");
    }
  }

  @Test
  void aPreparedDatasetHasItsImagesByTheirIds() throws IOException {
    ToyDataset.publish(directory.resolve("data").toString(), 10, 1, new Configuration());
    ImageList found = find("data");
    assertThat(found.images())
        .extracting(ImageReference::name)
        .contains("image-0", "image-9")
        .isSorted()
        .hasSize(10);
    try (ImageFetcher fetcher = found.location().open(new Configuration())) {
      assertThat(fetcher.fetch(found.images().get(0))).startsWith(0x89, 'P', 'N', 'G');
    }
  }

  @Test
  void whatIsNotThereIsSaidInOneLine() throws IOException {
    Files.createDirectories(directory.resolve("empty"));
    touch("notes/a.json");
    refused("nowhere", "there is nothing");
    refused("no*where", "nothing matches");
    refused("empty", "there are none");
    refused("notes", "1 *.json");
  }

  private void refused(String path, String reason) {
    assertThatThrownBy(() -> find(path))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageContaining(path)
        .hasMessageContaining(reason);
  }

  @Test
  void anotherSetOfFilesHasAnotherFingerprint() throws IOException {
    touch("a.jpg");
    String one = find("").fingerprint();
    assertThat(find("").fingerprint()).isEqualTo(one);
    touch("b.jpg");
    assertThat(find("").fingerprint()).isNotEqualTo(one);
  }

  private ImageList find(String path) {
    return ImageSearch.find(spark, directory + (path.isEmpty() ? "" : "/" + path));
  }

  private List<String> names(String path) {
    return find(path).images().stream().map(ImageReference::name).toList();
  }

  private Path touch(String name) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, new byte[1]);
  }
}
