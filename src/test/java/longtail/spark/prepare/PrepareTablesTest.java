package longtail.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import longtail.LongTailException;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.TableImages;
import longtail.dataset.format.TestTables;
import longtail.image.TestImages;
import longtail.image.codec.ImageCodec;
import longtail.shard.Quarantined;
import longtail.spark.LocalSpark;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that lie in the rows of tables. */
@Tag("spark")
class PrepareTablesTest {
  private static final int IMAGES = 12;
  private static final List<String> CLASSES = List.of("0", "1", "2");
  private static final PrepareOptions THREE_SHARDS = PrepareOptions.USUAL.withShards(3);

  private static JavaSparkContext spark;

  @TempDir Path directory;

  private final ByteArrayOutputStream progress = new ByteArrayOutputStream();
  private final List<TestTables.Row> rows = new ArrayList<>();

  @BeforeAll
  static void start() {
    spark = LocalSpark.shared();
  }

  @BeforeEach
  void images() throws IOException {
    Files.createDirectories(directory.resolve("photos"));
    Files.createDirectories(directory.resolve("tables"));
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < IMAGES; i++) {
      byte[] png = ImageCodec.png(TestImages.noise(20 + i, 21, i));
      Files.write(directory.resolve("photos/" + i + ".png"), png);
      list.append(i + ".png " + i % 3 + "\n");
      rows.add(new TestTables.Row(png, i + ".png", i % 3, "t"));
    }
    Files.writeString(directory.resolve("list.txt"), list);
  }

  @Test
  void theShardsAreThoseOfTheSameImagesAsFiles() throws IOException {
    tables();
    assertThat(TableImages.parts(table(), new Configuration()))
        .as("row groups over two tables")
        .hasSizeGreaterThan(3);

    PrepareSummary files = prepare(list(), "files");
    PrepareSummary tables = prepare(table(), "tabled");

    assertThat(tables.written()).isEqualTo(IMAGES);
    assertThat(tables.dataset().counts()).isEqualTo(files.dataset().counts());
    for (int shard = 0; shard < 3; shard++) {
      String name = "shard-%05d.tar".formatted(shard);
      assertThat(directory.resolve("tabled").resolve(name))
          .hasSameBinaryContentAs(directory.resolve("files").resolve(name));
    }
  }

  @Test
  void rowsWithoutImagesGoToQuarantineAndPathsAreFollowed() throws IOException {
    rows.set(2, new TestTables.Row(null, "2.png", 2, "t"));
    rows.set(5, new TestTables.Row(null, null, 2, "t"));
    rows.set(7, new TestTables.Row("<html>".getBytes(StandardCharsets.UTF_8), null, 1, "t"));
    tables();

    PrepareSummary summary = prepare(table(), "out");

    assertThat(summary.written()).isEqualTo(IMAGES - 2);
    assertThat(summary.quarantined())
        .extracting(Quarantined::path)
        .containsExactlyInAnyOrder("0.parquet#5", "1.parquet#1");
    assertThat(summary.quarantined())
        .extracting(Quarantined::reason)
        .anyMatch(reason -> reason.contains("neither bytes nor a path"))
        .anyMatch(reason -> reason.contains("not an image"));
  }

  @Test
  void anInterruptedRunGoesOnWithTheMissingShard() throws IOException {
    rows.set(7, new TestTables.Row(new byte[] {1}, null, 1, "t"));
    tables();
    PrepareSummary whole = prepare(table(), "whole");
    assertThatThrownBy(() -> prepare(table(), THREE_SHARDS.withMaxBad(0), "out"))
        .isInstanceOf(LongTailException.class);
    Path lost = directory.resolve("out/shard-00001.tar");
    Files.delete(lost);

    PrepareSummary rest = prepare(table(), "out");

    assertThat(rest.written()).isBetween(3, 4);
    assertThat(rest.dataset().counts()).isEqualTo(whole.dataset().counts());
    assertThat(directory.resolve("out/shard-00001.tar"))
        .hasSameBinaryContentAs(directory.resolve("whole/shard-00001.tar"));
  }

  private void tables() throws IOException {
    TestTables.huggingFace(directory.resolve("tables/0.parquet"), CLASSES, rows.subList(0, 6));
    TestTables.huggingFace(directory.resolve("tables/1.parquet"), CLASSES, rows.subList(6, IMAGES));
  }

  private ImageCollection table() {
    return ImageCollection.of(AnnotationFormat.PARQUET, path("tables"), path("photos"), "train");
  }

  private ImageCollection list() {
    return ImageCollection.of(AnnotationFormat.LIST, path("list.txt"), path("photos"), "train");
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private PrepareSummary prepare(ImageCollection images, String output) {
    return prepare(images, THREE_SHARDS, output);
  }

  private PrepareSummary prepare(ImageCollection images, PrepareOptions options, String output) {
    return PrepareJob.run(
        spark,
        PrepareSource.of(images),
        options,
        path(output),
        new PrintStream(progress, true, StandardCharsets.UTF_8));
  }
}
