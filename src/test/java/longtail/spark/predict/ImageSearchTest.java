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
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
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

  @Test
  void tarFilesHaveTheImagesThatLieInThem() throws IOException {
    tar("tars/b.tar", "000.jpg", "000.cls", "deep/001.png", "002.json");
    tar("tars/sub/a.tar", "000.jpg");
    ImageList found = find("tars");
    assertThat(found.images())
        .extracting(ImageReference::name)
        .containsExactly("b.tar/000.jpg", "b.tar/deep/001.png", "sub/a.tar/000.jpg");
    try (ImageFetcher fetcher = found.location().open(new Configuration())) {
      assertThat(text(fetcher, found, 1)).isEqualTo("deep/001.png of tars/b.tar");
      assertThat(text(fetcher, found, 2)).isEqualTo("000.jpg of tars/sub/a.tar");
      assertThat(text(fetcher, found, 0)).isEqualTo("000.jpg of tars/b.tar");
    }
    assertThat(names("tars/b.tar")).containsExactly("000.jpg", "deep/001.png");
    assertThat(names("tars/*.tar")).containsExactly("000.jpg", "deep/001.png");
    Files.writeString(directory.resolve("broken.tar"), "no tar file ".repeat(100));
    refused("broken.tar", "no whole tar file");
  }

  @Test
  void tablesHaveImagesInTheirRows() throws IOException {
    table("t/one.parquet", "required binary content; required binary path (STRING);", 5);
    table("t/two.parquet", "required binary content; required binary path (STRING);", 3);
    touch("t/_SUCCESS");
    ImageList found = find("t");
    assertThat(found.images())
        .as("in the order of the rows")
        .extracting(ImageReference::name)
        .containsExactly("p4", "p3", "p2", "p1", "p0", "p2", "p1", "p0");
    try (ImageFetcher fetcher = found.location().open(new Configuration())) {
      for (int i : new int[] {0, 1, 3, 2, 7, 4}) {
        assertThat(text(fetcher, found, i)).isEqualTo("c" + (i < 5 ? i : i - 5));
      }
    }
  }

  @Test
  void rowsWithoutANameAreCalledByTheirNumber() throws IOException {
    table("bare.parquet", "optional binary image;", 3);
    assertThat(names("bare.parquet"))
        .containsExactly("bare.parquet#0", "bare.parquet#1", "bare.parquet#2");
  }

  @Test
  void structsOfBytesAndPathsAreImages() throws IOException {
    table(
        "hub.parquet",
        "optional group image { optional binary bytes; optional binary path (STRING); } required int64 other;",
        3);
    ImageList found = find("hub.parquet");
    assertThat(found.images()).extracting(ImageReference::name).containsExactly("p2", "p1", "p0");
    try (ImageFetcher fetcher = found.location().open(new Configuration())) {
      assertThat(text(fetcher, found, 2)).isEqualTo("c2");
    }
  }

  @Test
  void tablesOfPathsNameFilesBesideThem() throws IOException {
    table("paths/list.parquet", "required binary path (STRING);", 2);
    touch("paths/p0");
    ImageList found = find("paths/list.parquet");
    assertThat(found.images()).extracting(ImageReference::name).containsExactly("p0", "p1");
    try (ImageFetcher fetcher = found.location().open(new Configuration())) {
      assertThat(fetcher.fetch(found.images().get(0))).hasSize(1);
    }
  }

  private static String text(ImageFetcher fetcher, ImageList found, int i) throws IOException {
    return new String(fetcher.fetch(found.images().get(i)), StandardCharsets.UTF_8);
  }

  /** A tar file whose files say what they are. */
  private void tar(String name, String... files) throws IOException {
    Path tar = touch(name);
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(tar))) {
      for (String file : files) {
        byte[] content = (file + " of " + name).getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(file);
        entry.setSize(content.length);
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
      }
    }
  }

  /** Rows with the contents c0, c1, ... and the paths p(n-1), ..., p0. */
  private void table(String name, String columns, int rows) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    MessageType schema = MessageTypeParser.parseMessageType("message t { " + columns + " }");
    var path = new org.apache.hadoop.fs.Path(file.toString());
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(path)
            .withType(schema)
            .withRowGroupSize(64L)
            .withPageSize(64)
            .withMinRowCountForPageSizeCheck(1)
            .build()) {
      for (int i = 0; i < rows; i++) {
        Group row = new SimpleGroupFactory(schema).newGroup();
        fill(row, i, rows);
        writer.write(row);
      }
    }
    Files.delete(file.resolveSibling("." + file.getFileName() + ".crc"));
  }

  private static void fill(Group row, int i, int rows) {
    row.getType()
        .getFields()
        .forEach(
            field -> {
              if (!field.isPrimitive()) {
                fill(row.addGroup(field.getName()), i, rows);
              } else if (field.getName().equals("path")) {
                row.append("path", "p" + (rows - 1 - i));
              } else if (field.getName().equals("other")) {
                row.append("other", (long) i);
              } else {
                row.append(field.getName(), Binary.fromString("c" + i));
              }
            });
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
