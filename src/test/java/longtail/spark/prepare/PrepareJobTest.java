package longtail.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import longtail.dataset.Manifest;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import longtail.image.codec.ImageCodec;
import longtail.shard.Quarantined;
import longtail.shard.Samples;
import longtail.shard.ShardReader;
import longtail.shard.ShardedDataset;
import longtail.spark.LocalSpark;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark")
class PrepareJobTest {
  private static final PrepareOptions TWO_SHARDS = PrepareOptions.USUAL.withShards(2);

  private static JavaSparkContext spark;

  @TempDir Path directory;

  private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

  @BeforeAll
  static void start() {
    spark = LocalSpark.shared();
  }

  @Test
  void goodGreyAndFourInkImagesArePreparedAndBadOnesAreNamed() throws IOException {
    PrepareSource source = collection();
    PrepareSummary summary = prepare(source, TWO_SHARDS, "out");
    assertThat(summary.dataset().counts().toArray()).containsExactly(4, 3, 1);
    assertThat(summary.written()).isEqualTo(8);
    assertThat(summary.quarantined())
        .extracting(Quarantined::path)
        .containsExactlyInAnyOrder("cut.jpg", "absent.jpg", "page.jpg");
    assertThat(reason(summary, "cut.jpg")).contains("truncated");
    assertThat(reason(summary, "absent.jpg")).contains("absent.jpg");
    assertThat(reason(summary, "page.jpg")).contains("not an image");
    assertThat(Files.readAllLines(directory.resolve("out/quarantine.jsonl")))
        .hasSize(3)
        .allMatch(line -> line.startsWith("{") && line.contains("reason"));
    for (RgbImage image : images(summary.dataset()).values()) {
      assertThat(image.height()).isEqualTo(24);
    }
  }

  @Test
  void whatOneImageClaimsOrCannotBeEndsInQuarantine() throws IOException {
    Path photos = Files.createDirectories(directory.resolve("odd/ant"));
    Files.write(photos.resolve("good.png"), ImageCodec.png(TestImages.noise(8, 9, 1)));
    Files.write(photos.resolve("long.png"), ImageCodec.png(TestImages.noise(2, 4000, 2)));
    byte[] screen = {'G', 'I', 'F', '8', '9', 'a', 0x20, 0x4E, 0x20, 0x4E, 0, 0, 0, ';'};
    Files.write(photos.resolve("bomb.gif"), screen);
    PrepareSource source =
        PrepareSource.of(
            ImageCollection.of(
                AnnotationFormat.FOLDER, "", directory.resolve("odd").toString(), "train"));
    PrepareOptions resized = PrepareOptions.USUAL.withShards(1).withResize(36);
    PrepareSummary automatic = prepare(source, resized, "automatic");
    assertThat(automatic.quarantined())
        .extracting(Quarantined::path)
        .containsExactly("ant/bomb.gif");
    assertThat(reason(automatic, "ant/bomb.gif")).contains("20000 x 20000", "limit");
    assertThat(images(automatic.dataset()).values())
        .as("an image too long for a JPEG is stored as PNG")
        .anyMatch(image -> image.width() == 72_000);
    PrepareSummary jpeg = prepare(source, resized.withEncoding(ImageEncoding.JPEG), "jpeg");
    assertThat(jpeg.quarantined())
        .extracting(Quarantined::path)
        .containsExactlyInAnyOrder("ant/bomb.gif", "ant/long.png");
    assertThat(reason(jpeg, "ant/long.png")).contains("72000 x 36", "JPEG", "65500");
  }

  @Test
  void theSummaryTellsWhatTheUserMustKnow() throws IOException {
    PrepareSummary summary = prepare(collection(), TWO_SHARDS, "out");
    assertThat(summary.table())
        .contains("8 in 2 shards")
        .contains("3: 0 many, 0 medium, 3 few")
        .contains("4 to 1")
        .contains("images/s")
        .contains("3 images, see quarantine.jsonl");
    assertThat(summary.notes())
        .hasSize(2)
        .first()
        .asString()
        .contains("1 image has another size")
        .contains("good0.jpg is 30 x 24, annotated as 31 x 24");
    assertThat(summary.notes().get(1))
        .contains("8 images have a side below 32 pixels", "with 30 x 24", "small: refuse");
  }

  @Test
  void aPlainTarReaderSeesTheImages() throws IOException {
    prepare(collection(), TWO_SHARDS, "out");
    List<String> names = new ArrayList<>();
    for (Path shard : shards("out")) {
      try (InputStream in = Files.newInputStream(shard);
          TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
        for (ArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
          names.add(e.getName());
        }
      }
    }
    assertThat(names).hasSize(16).contains("good0.jpg", "good0.cls", "grey.jpg", "inks.cls");
  }

  @Test
  void equalOptionsGiveEqualBytes() throws IOException {
    PrepareSource source = collection();
    prepare(source, TWO_SHARDS, "first");
    prepare(source, TWO_SHARDS, "second");
    List<Path> first = shards("first");
    List<Path> second = shards("second");
    assertThat(first).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(first.get(i)).hasSameBinaryContentAs(second.get(i));
    }
  }

  @Test
  void imagesAreResizedByTheirShorterSide() throws IOException {
    PrepareSummary summary = prepare(collection(), TWO_SHARDS.withResize(12), "out");
    Samples samples = summary.dataset().samples();
    for (int row = 0; row < samples.size(); row++) {
      assertThat(samples.height(row)).isEqualTo(12);
      assertThat(samples.width(row)).isEqualTo(15);
    }
  }

  @Test
  void pngKeepsEverySampleAndKeepKeepsEveryByte() throws IOException {
    PrepareSource source = collection();
    ShardedDataset png =
        prepare(source, TWO_SHARDS.withEncoding(ImageEncoding.PNG), "png").dataset();
    RgbImage original =
        ImageCodec.decode(Files.readAllBytes(directory.resolve("images/good1.png")));
    assertThat(images(png)).containsEntry("good1", original);

    ShardedDataset kept =
        prepare(source, TWO_SHARDS.withEncoding(ImageEncoding.KEEP), "kept").dataset();
    try (ShardReader reader = new ShardReader(kept, conf(), 0)) {
      Samples samples = kept.samples();
      for (int row = 0; row < samples.size(); row++) {
        String id = samples.imageId(row);
        String file = "images/" + id + (id.equals("good1") ? ".png" : ".jpg");
        assertThat(reader.read(row)).isEqualTo(Files.readAllBytes(directory.resolve(file)));
      }
    }
  }

  @Test
  void tooManyBadImagesAreAnErrorThatARunWithALargerLimitContinues() throws IOException {
    PrepareSource source = collection();
    assertThatThrownBy(() -> prepare(source, TWO_SHARDS.withMaxBad(2), "out"))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageContaining("3 images cannot be used, 2 are allowed")
        .hasMessageContaining("--max-bad");
    assertThat(directory.resolve("out/index.json")).doesNotExist();
    PrepareSummary summary = prepare(source, TWO_SHARDS.withMaxBad(3), "out");
    assertThat(summary.written()).as("both shards were there").isZero();
    assertThat(summary.dataset().counts().total()).isEqualTo(8);
    assertThat(progress.toString(StandardCharsets.UTF_8)).contains("2 of 2 shards are there");
  }

  @Test
  void aRunContinuesWithTheShardThatIsMissing() throws IOException {
    PrepareSource source = collection();
    prepare(source, TWO_SHARDS, "whole");
    assertThatThrownBy(() -> prepare(source, TWO_SHARDS.withMaxBad(0), "out"))
        .isInstanceOf(LongTailException.class);
    Path lost = unfinishedShard();
    Files.delete(lost);
    PrepareSummary summary = prepare(source, TWO_SHARDS, "out");
    assertThat(summary.written()).isBetween(1, 7);
    List<Path> whole = shards("whole");
    List<Path> continued = shards("out");
    for (int i = 0; i < 2; i++) {
      assertThat(continued.get(i)).hasSameBinaryContentAs(whole.get(i));
    }
  }

  @Test
  void aMetaSetIsSetAsideBesideTheDataset() throws IOException {
    PrepareSummary summary =
        prepare(collection().withMetaPerClass(1), PrepareOptions.USUAL.withShards(1), "out");
    ShardedDataset meta = summary.meta().orElseThrow().dataset();
    assertThat(meta.directory()).endsWith("out-meta");
    List<String> ids = new ArrayList<>(images(meta).keySet());
    assertThat(ids).doesNotContainAnyElementsOf(images(summary.dataset()).keySet());
    int bad = summary.quarantined().size() + summary.meta().orElseThrow().quarantined().size();
    assertThat(ids.size() + summary.dataset().counts().total() + bad).isEqualTo(11);
  }

  @Test
  void everyClassKeepsAnImageToTrainOnWhereAMetaSetIsTaken() throws IOException {
    PrepareSummary summary =
        prepare(collection().withMetaPerClass(3), PrepareOptions.USUAL.withShards(1), "out");
    assertThat(summary.notes())
        .anySatisfy(
            note ->
                assertThat(note)
                    .contains("1 of 3 classes have too few images to give the meta set 3")
                    .contains("such as '2', which gives 1"));
    int all =
        summary.dataset().counts().count(2) + summary.meta().get().dataset().counts().count(2);
    assertThat(all).as("one of the two cannot be read").isEqualTo(1);
  }

  @Test
  void countsThatDifferFromTheManifestAreNamed() throws IOException {
    collection();
    Path file = directory.resolve("tiny.yaml");
    Files.writeString(
        file,
        """
        name: tiny
        format: longtail
        splits:
          train: {annotations: set.json, images: images, expected: {images: 12, classes: 3}}
        shots: {many-above: 3, few-below: 2}
        """);
    Manifest manifest = Manifest.load(file.toString(), conf());
    PrepareSummary summary =
        prepare(PrepareSource.of(manifest, file.toString(), "train"), TWO_SHARDS, "out");
    assertThat(summary.notes()).contains("number of images: 11, expected 12");
    assertThat(progress.toString(StandardCharsets.UTF_8)).contains("11, expected 12");
    assertThat(summary.table()).contains("3: 1 many, 1 medium, 1 few");
    assertThat(summary.dataset().name()).isEqualTo("tiny");
  }

  @Test
  void barePixelsAreStoredWithoutLossUnlessJpegIsAskedFor() throws IOException {
    RgbImage image = TestImages.noise(8, 8, 3);
    ImageContent pixels = new ImageContent.Pixels(8, 8, image.pixels());
    PreparedImage usual = new ImagePreparation(PrepareOptions.USUAL).prepare(pixels, "7");
    assertThat(usual.extension()).isEqualTo("png");
    assertThat(ImageCodec.decode(usual.bytes())).isEqualTo(image);
    PrepareOptions jpeg = PrepareOptions.USUAL.withEncoding(ImageEncoding.JPEG);
    assertThat(new ImagePreparation(jpeg).prepare(pixels, "7").extension()).isEqualTo("jpg");
  }

  @Test
  void moreShardsThanImagesAreRefused() {
    assertThatThrownBy(() -> prepare(collection(), PrepareOptions.USUAL.withShards(99), "out"))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
        .hasMessageContaining("99 shards");
  }

  @Test
  void keptBytesCannotBeResized() {
    assertThatThrownBy(() -> TWO_SHARDS.withEncoding(ImageEncoding.KEEP).withResize(32))
        .hasMessageContaining("kept");
  }

  /** Three classes: 4, 3 and 1 usable images, and three unusable ones. */
  private PrepareSource collection() throws IOException {
    Path images = Files.createDirectories(directory.resolve("images"));
    RgbImage image = TestImages.smooth(24, 30);
    List<String> annotations = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      RgbImage each = i == 1 ? TestImages.noise(24, 30, i) : image;
      String name = i == 1 ? "good1.png" : "good" + i + ".jpg";
      Files.write(images.resolve(name), i == 1 ? ImageCodec.png(each) : ImageCodec.jpeg(each, 0.9));
      annotations.add(annotation("good" + i, name, i % 2, i == 0 ? 31 : 30));
    }
    Files.write(images.resolve("grey.jpg"), TestImages.grey(24, 30, "jpeg"));
    annotations.add(annotation("grey", "grey.jpg", 0, 30));
    Files.write(images.resolve("inks.jpg"), TestImages.cmyk(24, 30, 9, 99, 9, 9));
    annotations.add(annotation("inks", "inks.jpg", 2, 30));
    Files.write(images.resolve("cut.jpg"), TestImages.truncated(ImageCodec.jpeg(image, 0.9), 0.6));
    annotations.add(annotation("cut", "cut.jpg", 0, 30));
    annotations.add(annotation("absent", "absent.jpg", 1, 30));
    Files.writeString(images.resolve("page.jpg"), "<html>not found</html>");
    annotations.add(annotation("page", "page.jpg", 2, 30));
    Path json = directory.resolve("set.json");
    Files.writeString(
        json, "{\"annotations\": [" + String.join(",\n", annotations) + "], \"num_classes\": 3}");
    return PrepareSource.of(
        ImageCollection.of(AnnotationFormat.LONGTAIL, json.toString(), images.toString(), "train"));
  }

  private static String annotation(String id, String path, int label, int width) {
    return ("{\"image_id\": \"%s\", \"fpath\": \"%s\", \"category_id\": %d,"
            + " \"im_height\": 24, \"im_width\": %d}")
        .formatted(id, path, label, width);
  }

  private PrepareSummary prepare(PrepareSource source, PrepareOptions options, String output) {
    return PrepareJob.run(
        spark,
        source,
        options,
        directory.resolve(output).toString(),
        new PrintStream(progress, true, StandardCharsets.UTF_8));
  }

  private static String reason(PrepareSummary summary, String path) {
    return summary.quarantined().stream()
        .filter(image -> image.path().equals(path))
        .findFirst()
        .orElseThrow()
        .reason();
  }

  private static Map<String, RgbImage> images(ShardedDataset dataset) throws IOException {
    Map<String, RgbImage> images = new TreeMap<>();
    try (ShardReader reader = new ShardReader(dataset, conf(), 0)) {
      for (int row = 0; row < dataset.samples().size(); row++) {
        images.put(dataset.samples().imageId(row), ImageCodec.decode(reader.read(row)));
      }
    }
    return images;
  }

  private List<Path> shards(String output) throws IOException {
    return tars(directory.resolve(output));
  }

  /** One shard of the preparation of {@code out} that has not been published. */
  private Path unfinishedShard() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> path.toString().endsWith(".tar"))
          .filter(path -> !path.startsWith(directory.resolve("whole")))
          .findFirst()
          .orElseThrow();
    }
  }

  private static List<Path> tars(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      Path[] tars =
          all.filter(path -> path.toString().endsWith(".tar")).sorted().toArray(Path[]::new);
      return Arrays.asList(tars);
    }
  }

  private static Configuration conf() {
    return spark.hadoopConfiguration();
  }
}
