package longtail.spark.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.Inspection;
import longtail.image.Bilinear;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.report.InspectionReport;
import longtail.spark.LocalSpark;
import longtail.spark.prepare.ImageEncoding;
import longtail.spark.prepare.PrepareJob;
import longtail.spark.prepare.PrepareOptions;
import longtail.spark.prepare.PrepareSource;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a collection with known faults. */
@Tag("spark")
class InspectJobTest {
  private static JavaSparkContext spark;

  @TempDir Path directory;

  private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

  @BeforeAll
  static void start() {
    spark = LocalSpark.shared();
  }

  @Test
  void countsTailSizesAndUnreadableImagesAreFound() throws IOException {
    Path images = directory.resolve("images");
    for (int i = 0; i < 12; i++) {
      write(images.resolve("common/%d.png".formatted(i)), scene(i, 40, 60));
    }
    write(images.resolve("rare/a.png"), scene(100, 20, 30));
    write(images.resolve("rare/b.png"), scene(101, 200, 300));
    Files.write(images.resolve("rare/c.png"), new byte[] {1, 2, 3});

    Inspection inspection = inspect(source(images, "train"));

    Inspection.Split split = inspection.splits().get(0);
    assertThat(split.classNames()).containsExactly("common", "rare");
    assertThat(split.images()).containsExactly(12, 3);
    assertThat(split.imbalanceFactor()).isEqualTo(4);
    assertThat(split.shorter()).isEqualTo(new Inspection.Sides(20, 40, 200));
    assertThat(split.longer()).isEqualTo(new Inspection.Sides(30, 60, 300));
    assertThat(split.unreadableImages()).isEqualTo(1);
    assertThat(split.unreadable().get(0).path()).isEqualTo("rare/c.png");
    assertThat(inspection.copies().groups()).isZero();
    assertThat(inspection.lookAlikes().groups()).isZero();
    assertThat(inspection.beginning().recipe()).isEqualTo("conf/cifar10-lt/balanced-softmax.yaml");
    assertThat(Path.of(inspection.beginning().recipe())).exists();
    assertThat(InspectionReport.text(inspection)).contains("1 class has at most 10 images");
  }

  @Test
  void copiesAndLookAlikesAreFoundAcrossClassesAndSplits() throws IOException {
    Path train = directory.resolve("train");
    Path test = directory.resolve("test");
    for (int i = 0; i < 20; i++) {
      write(train.resolve("%s/%d.png".formatted(i % 2 == 0 ? "x" : "y", i)), scene(i, 64, 64));
    }
    write(train.resolve("y/copy-of-0.png"), scene(0, 64, 64));
    write(test.resolve("x/seen.png"), scene(2, 64, 64));
    write(test.resolve("y/new.png"), scene(500, 64, 64));
    // another size and another encoding
    Files.write(
        test.resolve("y/smaller.jpg"),
        ImageCodec.jpeg(Bilinear.resize(scene(3, 64, 64), 48, 48), .8));

    Inspection inspection = inspect(source(train, "train"), source(test, "test"));

    assertThat(inspection.copies().groups()).isEqualTo(2);
    assertThat(inspection.copies().images()).isEqualTo(4);
    assertThat(inspection.copies().acrossSplits()).isEqualTo(1);
    assertThat(inspection.copies().acrossClasses()).isEqualTo(1);
    assertThat(inspection.copies().examples().get(0))
        .containsExactly("train/x/x/2.png", "test/x/x/seen.png");
    assertThat(inspection.lookAlikes().examples())
        .containsExactly(List.of("train/y/y/3.png", "test/y/y/smaller.jpg"));
  }

  @Test
  void aPreparedDatasetSaysTheSameAsItsImages() throws IOException {
    Path images = directory.resolve("images");
    for (int i = 0; i < 9; i++) {
      write(images.resolve("%s/%d.png".formatted(i < 6 ? "x" : "y", i)), scene(i % 8, 24, 36));
    }
    PrepareSource source = source(images, "train");
    Inspection raw = inspect(source);
    String prepared = directory.resolve("prepared").toString();
    PrepareJob.run(
        spark,
        source,
        PrepareOptions.USUAL.withShards(2).withEncoding(ImageEncoding.KEEP),
        prepared,
        out());
    Inspection sharded = InspectJob.ofDatasets(spark, List.of(prepared), out());

    assertThat(sharded.splits().get(0).images()).isEqualTo(raw.splits().get(0).images());
    assertThat(sharded.splits().get(0).shorter()).isEqualTo(raw.splits().get(0).shorter());
    assertThat(sharded.splits().get(0).bytes()).isEqualTo(raw.splits().get(0).bytes());
    assertThat(sharded.copies().images()).isEqualTo(raw.copies().images()).isEqualTo(2);
  }

  @Test
  void thePageOfManyClassesNamesThemAndEscapesWhatUsersWrite() throws IOException {
    Path images = directory.resolve("images");
    for (int c = 0; c < 30; c++) {
      write(images.resolve("<%d>/i.png".formatted(c)), scene(c, 16, 16));
    }
    Inspection inspection = inspect(source(images, "train"));
    String output = directory.resolve("report").toString();
    InspectionReport.write(output, inspection, new Configuration());
    assertThat(directory.resolve("report/inspection.html"))
        .content(StandardCharsets.UTF_8)
        .contains("&lt;29&gt;", "The tail", "<svg")
        .doesNotContain("<29>", "http");
    assertThat(directory.resolve("report/inspection.json")).content().contains("\"copies\"");
  }

  private Inspection inspect(PrepareSource... sources) {
    return InspectJob.ofSources(spark, List.of(sources), out());
  }

  private PrintStream out() {
    return new PrintStream(progress, true, StandardCharsets.UTF_8);
  }

  private static PrepareSource source(Path images, String split) {
    return PrepareSource.of(
        ImageCollection.of(AnnotationFormat.FOLDER, "", images.toString(), split)
            .qualified(new Configuration()));
  }

  private static void write(Path file, RgbImage image) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, ImageCodec.png(image));
  }

  /** Smooth random brightness: the same picture at every size, another one for every seed. */
  private static RgbImage scene(int seed, int height, int width) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] coarse = new byte[10 * 10 * 3];
    random.nextBytes(coarse);
    return Bilinear.resize(new RgbImage(10, 10, coarse), height, width);
  }
}
