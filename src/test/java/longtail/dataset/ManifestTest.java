package longtail.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.format.Annotations;
import longtail.image.synth.SyntheticSample;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestTest {
  private static final Configuration CONF = new Configuration();
  private static final String BIRDS =
      """
      name: birds
      format: list
      root: data
      splits:
        train: {annotations: train.txt, images: photos, expected: {images: 200, classes: 2, max: 100, min: 99}}
        test: {annotations: test.txt}
      long-tail: {imbalance-factor: 10, meta-per-class: 5}
      """;
  @TempDir Path temporary;

  static List<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("data-manifests"))) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void everyShippedManifestIsValid(Path file) {
    Manifest manifest = Manifest.load(file.toString(), CONF);

    assertThat(manifest.splits()).containsKey("train");
    assertThat(manifest.notes()).isNotBlank();
    manifest.splits().keySet().forEach(manifest::collection);
  }

  @Test
  void allPublishedDatasetsAreShipped() throws IOException {
    assertThat(shipped())
        .extracting(f -> f.getFileName().toString())
        .contains(
            "cifar10-lt.yaml",
            "cifar100-lt.yaml",
            "imagenet-lt.yaml",
            "places-lt.yaml",
            "inat2017.yaml",
            "inat2018.yaml",
            "sample.yaml");
  }

  @Test
  void theManifestOfTheSampleExpectsWhatIsDrawn() {
    SyntheticSample.Options drawn = SyntheticSample.Options.quickstart(42).withMetaPerClass(10);
    Manifest sample = Manifest.load("data-manifests/sample.yaml", CONF);
    int[] test = new int[drawn.classes()];
    Arrays.fill(test, drawn.testPerClass());

    assertThat(
            sample.differences(
                "train",
                LongTailProfile.exponential(drawn.imbalanceFactor())
                    .counts(drawn.largestClass(), drawn.classes())))
        .isEmpty();
    assertThat(sample.differences("test", ClassCounts.of(test))).isEmpty();
    int[] meta = new int[drawn.classes()];
    Arrays.fill(meta, drawn.metaPerClass());
    assertThat(sample.differences("meta", ClassCounts.of(meta))).isEmpty();
  }

  @Test
  void pathsAreRelativeToTheManifest() throws IOException {
    ImageCollection train = birds().collection("train");

    assertThat(train.annotations()).isEqualTo("file:" + temporary.resolve("data/train.txt"));
    assertThat(train.images()).isEqualTo("file:" + temporary.resolve("data/photos"));
    assertThat(birds().collection("test").images()).isEqualTo("file:" + temporary.resolve("data"));
    assertThat(birds().withRoot("hdfs://host/birds").collection("train").images())
        .isEqualTo("hdfs://host/birds/photos");
  }

  @Test
  void absentKeysTakeTheUsualValues() throws IOException {
    assertThat(birds().shots()).isEqualTo(Shots.USUAL);
    assertThat(birds().normalization()).isEqualTo(Normalization.imagenet());
  }

  @Test
  void trainAndMetaAreCutFromTheAnnotations() throws IOException {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      list.append(i).append(".jpg ").append(i % 2).append('\n');
    }
    Files.createDirectory(temporary.resolve("data"));
    Files.writeString(temporary.resolve("data/train.txt"), list);
    Files.writeString(temporary.resolve("data/test.txt"), list);

    LongTail tail = birds().longTail().orElseThrow();
    AnnotatedSet train = tail.train(read("train"));
    AnnotatedSet meta = tail.meta(read("meta"));

    assertThat(train.counts()).isEqualTo(ClassCounts.of(95, 9));
    assertThat(meta.counts()).isEqualTo(ClassCounts.of(5, 5));
    assertThat(train.annotations()).doesNotContainAnyElementsOf(meta.annotations());
    assertThat(read("test").size()).isEqualTo(200);
  }

  @Test
  void saysWhatDiffersFromTheExpectedCounts() throws IOException {
    assertThat(birds().differences("train", ClassCounts.of(101, 99)))
        .containsExactly("number of images of the largest class: 101, expected 100");
    assertThat(birds().differences("train", ClassCounts.of(100, 99, 1)))
        .containsExactly(
            "number of classes: 3, expected 2",
            "number of images of the smallest class: 1, expected 99");
    assertThat(birds().differences("test", ClassCounts.of(1))).isEmpty();
  }

  @Test
  void namesTheSplitsThereAre() {
    assertThatThrownBy(() -> birds().collection("val"))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
        .hasMessageContaining("birds has no split 'val', only [train, test]");
  }

  @Test
  void refusesWrongValuesWithTheirPath() throws IOException {
    assertThatThrownBy(() -> load(BIRDS.replace("factor: 10", "factor: 0.1")))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContaining("long-tail")
        .hasMessageContaining("must be at least 1, was 0.1");
    assertThatThrownBy(() -> load(BIRDS.replace("images: photos", "imags: photos")))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("imags");
    assertThatThrownBy(() -> Manifest.load(temporary + "/absent.yaml", CONF))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("absent.yaml");
  }

  private AnnotatedSet read(String split) throws IOException {
    return Annotations.read(birds().collection(split), CONF);
  }

  private Manifest birds() throws IOException {
    return load(BIRDS);
  }

  private Manifest load(String text) throws IOException {
    Path file = Files.writeString(temporary.resolve("birds.yaml"), text);
    return Manifest.load(file.toString(), CONF);
  }
}
