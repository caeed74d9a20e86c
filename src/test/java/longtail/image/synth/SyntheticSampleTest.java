package longtail.image.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.Annotations;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticSampleTest {
  private static final Configuration CONF = new Configuration(false);
  private static final SyntheticSample.Options SMALL =
      new SyntheticSample.Options(7, 6, 20, 10, 3, 32, Difficulty.QUICKSTART);

  @TempDir Path directory;

  @Test
  void trainingIsLongTailedAndTestIsBalanced() {
    SyntheticSample.Summary written = SyntheticSample.write(directory.toString(), SMALL, CONF);
    AnnotatedSet train = read(written.trainAnnotations(), written.images());
    AnnotatedSet test = read(written.testAnnotations(), written.images());
    assertThat(train.counts()).isEqualTo(written.trainCounts());
    assertThat(train.counts().max()).isEqualTo(20);
    assertThat(train.counts().min()).isEqualTo(2);
    assertThat(test.counts().toArray()).containsOnly(3).hasSize(6);
    assertThat(train.classNames()).doesNotHaveDuplicates().contains("red plain triangle");
  }

  @Test
  void theOrderOfTheClassesIsNotThatOfTheTail() {
    int[] counts = SyntheticSample.write(directory.toString(), SMALL, CONF).trainCounts().toArray();
    int[] sorted = counts.clone();
    Arrays.sort(sorted);
    int[] falling = new int[sorted.length];
    Arrays.setAll(falling, i -> sorted[sorted.length - 1 - i]);
    assertThat(counts).isNotEqualTo(sorted).isNotEqualTo(falling);
  }

  @Test
  void everyAnnotatedImageExistsAndHasTheStatedSize() throws IOException {
    SyntheticSample.Summary written = SyntheticSample.write(directory.toString(), SMALL, CONF);
    List<Annotation> train = read(written.trainAnnotations(), written.images()).annotations();
    HashSet<RgbImage> seen = new HashSet<>();
    for (Annotation a : train) {
      RgbImage image = ImageCodec.decode(Files.readAllBytes(Path.of(written.images(), a.path())));
      assertThat(image.height()).isEqualTo(a.height()).isEqualTo(32);
      assertThat(image.width()).isEqualTo(a.width());
      seen.add(image);
    }
    assertThat(seen).as("all images differ").hasSize(train.size());
  }

  @Test
  void equalSeedsDrawEqualFilesAndOthersDoNot() throws IOException {
    Path again = directory.resolve("again");
    Path other = directory.resolve("other");
    SyntheticSample.write(directory.toString(), SMALL, CONF);
    SyntheticSample.write(again.toString(), SMALL, CONF);
    SyntheticSample.write(
        other.toString(),
        new SyntheticSample.Options(8, 6, 20, 10, 3, 32, Difficulty.QUICKSTART),
        CONF);
    String image = "images/test/00/00000.jpg";
    assertThat(again.resolve(image)).hasSameBinaryContentAs(directory.resolve(image));
    assertThat(again.resolve("train.json")).hasSameBinaryContentAs(directory.resolve("train.json"));
    assertThat(Files.mismatch(other.resolve(image), directory.resolve(image))).isNotEqualTo(-1);
  }

  @Test
  void aMetaSetIsBalancedAndChangesNoOtherImage() throws IOException {
    Path with = directory.resolve("with");
    Path without = directory.resolve("without");
    SyntheticSample.write(with.toString(), SMALL.withMetaPerClass(2), CONF);
    SyntheticSample.write(without.toString(), SMALL, CONF);
    String images = with.resolve("images").toString();
    assertThat(read(with.resolve("meta.json").toString(), images).counts().toArray())
        .containsOnly(2)
        .hasSize(6);
    for (String same : List.of("train.json", "test.json", "images/train/00/00000.jpg")) {
      assertThat(with.resolve(same)).hasSameBinaryContentAs(without.resolve(same));
    }
    assertThat(without.resolve("meta.json")).doesNotExist();
  }

  @Test
  void everyOutlineTextureAndHueIsSharedByClasses() {
    List<Figure> figures = Figure.first(20);
    assertThat(figures).doesNotHaveDuplicates();
    assertThat(figures.stream().map(Figure::outline).distinct()).hasSize(5);
    assertThat(figures.stream().map(Figure::texture).distinct()).hasSize(4);
    assertThat(figures.stream().map(Figure::hue).distinct()).hasSize(4);
    assertThat(Figure.first(Figure.MOST)).doesNotHaveDuplicates();
    assertThat(Figure.names(Figure.MOST)).doesNotHaveDuplicates();
  }

  @Test
  void impossibleOptionsAreRefused() {
    assertThatThrownBy(
            () -> new SyntheticSample.Options(1, 81, 10, 2, 1, 64, Difficulty.QUICKSTART))
        .hasMessageContaining("81");
    assertThatThrownBy(
            () -> new SyntheticSample.Options(1, 10, 10, 20, 1, 64, Difficulty.QUICKSTART))
        .hasMessageContaining("imbalance factor");
    assertThatThrownBy(() -> SMALL.withMetaPerClass(-1)).hasMessageContaining("meta");
    assertThatThrownBy(() -> new Difficulty(1, 2, 3, 4)).hasMessageContaining("occlusion");
  }

  private static AnnotatedSet read(String annotations, String images) {
    return Annotations.read(
        ImageCollection.of(AnnotationFormat.INAT, annotations, images, "any"), CONF);
  }
}
