package longtail.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.image.TestImages;
import longtail.image.codec.ImageCodec;
import longtail.shard.Quarantined;
import longtail.spark.LocalSpark;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged goes to quarantine, what cannot be reached does not, and a rerun mends both. */
@Tag("spark")
class PrepareRecoveryTest {
  private static final int IMAGES = 6;
  private static final PrepareOptions TWO_SHARDS = PrepareOptions.USUAL.withShards(2);

  private static JavaSparkContext spark;

  @TempDir Path directory;

  private final java.io.ByteArrayOutputStream progress = new java.io.ByteArrayOutputStream();

  @BeforeAll
  static void start() {
    spark = LocalSpark.shared();
    spark
        .hadoopConfiguration()
        .setClass(
            "fs.failing.impl", FailingFileSystem.class, org.apache.hadoop.fs.FileSystem.class);
  }

  @BeforeEach
  void photos() throws IOException {
    Files.createDirectories(directory.resolve("photos"));
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < IMAGES; i++) {
      image("photos/" + i + ".png", i);
      list.append(i + ".png " + i % 2 + "\n");
    }
    Files.writeString(directory.resolve("list.txt"), list);
  }

  @AfterEach
  void mend() {
    FailingFileSystem.FAILURES.set(0);
  }

  @Test
  void aHiccupOfTheStorageIsWaitedOut() {
    FailingFileSystem.FAILURES.set(1);

    PrepareSummary summary = prepare("failing:" + directory.resolve("photos"), TWO_SHARDS, "out");

    assertThat(summary.quarantined()).isEmpty();
    assertThat(summary.written()).isEqualTo(IMAGES);
  }

  @Test
  void aStorageThatStaysAwayFailsTheJobAndNoImageGoesToQuarantine() {
    String images = "failing:" + directory.resolve("photos");
    FailingFileSystem.FAILURES.set(Integer.MAX_VALUE);

    assertThatThrownBy(() -> prepare(images, TWO_SHARDS, "out"))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageContaining("connection reset, tried 4 times")
        .hasMessageContaining("run it again to continue");

    FailingFileSystem.FAILURES.set(0);
    PrepareSummary summary = prepare(images, TWO_SHARDS.withMaxBad(0), "out");
    assertThat(summary.dataset().counts().total()).isEqualTo(IMAGES);
  }

  @Test
  void aWrongDirectoryFailsAtOnceAndNamesIt() {
    assertThatThrownBy(() -> prepare(directory.resolve("fotos").toString(), TWO_SHARDS, "out"))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("None of the first 6 images is there, such as")
        .hasMessageContaining("--images " + directory.resolve("fotos"));
    assertThatThrownBy(
            () -> prepare(directory.resolve("photos/large").toString(), TWO_SHARDS, "out"))
        .hasMessageContaining("it is there with --images " + directory.resolve("photos"));

    PrepareSummary corrected = prepare(directory.resolve("photos").toString(), TWO_SHARDS, "out");
    assertThat(corrected.quarantined()).isEmpty();
  }

  @Test
  void oneMissingFileGoesToQuarantine() throws IOException {
    Files.delete(directory.resolve("photos/3.png"));
    Files.delete(directory.resolve("photos/4.png"));
    Files.createDirectory(directory.resolve("photos/4.png"));

    PrepareSummary summary = prepare(directory.resolve("photos").toString(), TWO_SHARDS, "out");

    assertThat(summary.quarantined())
        .extracting(Quarantined::path)
        .containsExactlyInAnyOrder("3.png", "4.png");
    assertThat(summary.quarantined())
        .extracting(Quarantined::reason)
        .anyMatch(reason -> reason.contains("it is a folder"));
  }

  @Test
  void aRerunTriesQuarantinedImagesAgain() throws IOException {
    String images = directory.resolve("photos").toString();
    Files.delete(directory.resolve("photos/0.png"));
    Files.writeString(directory.resolve("photos/1.png"), "<html>");
    assertThatThrownBy(() -> prepare(images, TWO_SHARDS.withMaxBad(0), "out"))
        .hasMessageContaining("2 images cannot be used, 0 are allowed");

    assertThatThrownBy(() -> prepare(images, TWO_SHARDS.withMaxBad(0), "out"))
        .as("nothing was mended")
        .hasMessageContaining("2 images cannot be used, 0 are allowed");
    assertThat(printed()).contains("2 of 2 shards are there already");
    image("photos/0.png", 0);
    image("photos/1.png", 1);
    PrepareSummary mended = prepare(images, TWO_SHARDS.withMaxBad(0), "out");

    assertThat(mended.quarantined()).isEmpty();
    assertThat(mended.dataset().counts().total()).isEqualTo(IMAGES);
  }

  @Test
  void shardsOfOneMendedImageAreWrittenAnewAndNoOthers() throws IOException {
    String images = directory.resolve("photos").toString();
    Files.delete(directory.resolve("photos/0.png"));
    assertThatThrownBy(() -> prepare(images, TWO_SHARDS.withMaxBad(0), "out"))
        .isInstanceOf(LongTailException.class);
    image("photos/0.png", 0);

    PrepareSummary mended = prepare(images, TWO_SHARDS.withMaxBad(0), "out");

    assertThat(mended.written()).isEqualTo(IMAGES / 2);
    assertThat(printed()).contains("1 of 2 shards are there already");
  }

  @Test
  void imagesOfAnotherDirectoryAreOtherImages() throws IOException {
    Files.delete(directory.resolve("photos/0.png"));
    assertThatThrownBy(
            () -> prepare(directory.resolve("photos").toString(), TWO_SHARDS.withMaxBad(0), "out"))
        .isInstanceOf(LongTailException.class);
    Files.createDirectories(directory.resolve("better"));
    for (int i = 0; i < IMAGES; i++) {
      image("better/" + i + ".png", 10 + i);
    }

    PrepareSummary summary =
        prepare(directory.resolve("better").toString(), TWO_SHARDS.withMaxBad(0), "out");

    assertThat(summary.written()).as("nothing of the first directory is kept").isEqualTo(IMAGES);
  }

  @Test
  void aShareOfTheImagesMayBeBad() throws IOException {
    Files.delete(directory.resolve("photos/0.png"));
    String images = directory.resolve("photos").toString();

    assertThatThrownBy(() -> prepare(images, bad("10%"), "out"))
        .hasMessageContaining("1 image cannot be used, 10% are allowed");

    assertThat(prepare(images, bad("0.2"), "out").quarantined()).hasSize(1);
  }

  private static PrepareOptions bad(String limit) {
    return TWO_SHARDS.withMaxBad(BadLimit.parse(limit));
  }

  private void image(String path, int seed) throws IOException {
    Files.write(directory.resolve(path), ImageCodec.png(TestImages.noise(33, 34, seed)));
  }

  private String printed() {
    return progress.toString(StandardCharsets.UTF_8);
  }

  private PrepareSummary prepare(String images, PrepareOptions options, String output) {
    return PrepareJob.run(
        spark,
        PrepareSource.of(
            ImageCollection.of(
                AnnotationFormat.LIST, directory.resolve("list.txt").toString(), images, "train")),
        options,
        directory.resolve(output).toString(),
        new PrintStream(progress, true, StandardCharsets.UTF_8));
  }
}
