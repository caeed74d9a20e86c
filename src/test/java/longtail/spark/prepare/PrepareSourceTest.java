package longtail.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import longtail.LongTailException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.LongTail;
import longtail.dataset.Manifest;
import longtail.dataset.Shots;
import longtail.dataset.SubsetSelection;
import longtail.dataset.SubsetSelection.NumpyShuffle;
import longtail.dataset.SubsetSelection.PythonShuffle;
import longtail.dataset.format.Annotations;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images of a collection are prepared. */
class PrepareSourceTest {
  private static final Configuration CONF = new Configuration();

  @TempDir private Path directory;

  /** Three classes of 40 images each, mixed. */
  @BeforeEach
  void list() throws IOException {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      list.append("images/%d.png %d\n".formatted(i, i % 3));
    }
    Files.writeString(directory.resolve("train.txt"), list);
  }

  private PrepareSource source() {
    return PrepareSource.of(
        ImageCollection.of(
            AnnotationFormat.LIST, directory.resolve("train.txt").toString(), "/images", "train"));
  }

  private static List<String> ids(AnnotatedSet set) {
    return set.annotations().stream().map(Annotation::imageId).toList();
  }

  private static List<String> prepared(PrepareSource source) {
    return ids(source.select(CONF).images());
  }

  /** The seeds are those of MetaSAug's code. */
  @Test
  void aSubsetOfPublishedCodeIsChosenByName() {
    AnnotatedSet all = Annotations.read(source().collection(), CONF);
    SubsetSelection meta = new NumpyShuffle(6);
    LongTail tail = new LongTail(LongTail.Shape.EXPONENTIAL, 10, 5, new PythonShuffle(42), meta);
    PrepareSource source =
        source()
            .withImbalanceFactor(10)
            .withMetaPerClass(5)
            .withSubset(new PythonShuffle(42))
            .withMetaSubset(meta);
    assertThat(prepared(source)).isEqualTo(ids(tail.train(all)));
    assertThat(ids(source.select(CONF).meta().orElseThrow())).isEqualTo(ids(tail.meta(all)));
    assertThat(prepared(source.withSubset(new NumpyShuffle(3407))))
        .hasSameSizeAs(prepared(source))
        .isNotEqualTo(prepared(source));
  }

  @Test
  void aSubsetNeedsALongTail() {
    assertThatThrownBy(() -> source().withSubset(new NumpyShuffle(0)))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("subset")
        .hasMessageContaining("imbalance factor");
    assertThatThrownBy(() -> source().withMetaSubset(new NumpyShuffle(0)))
        .hasMessageContaining("meta-subset");
  }

  @Test
  void aSplitIsHeldOutBeforeTheMetaSetIsTaken() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("manifest.yaml"),
            """
            name: a
            format: list
            splits: {train: {annotations: train.txt, images: ., expected: {images: 120, classes: 3}}}
            held-out: {split: val, share: 0.25, seed: 1}
            """);
    Manifest manifest = Manifest.load(file.toString(), CONF);
    PrepareSource train = PrepareSource.of(manifest, "m", "train").withMetaPerClass(2);
    PrepareSource.Selected rest = train.select(CONF);
    AnnotatedSet aside = PrepareSource.of(manifest, "m", "val").select(CONF).images();
    assertThat(aside.counts().toArray()).containsExactly(10, 10, 10);
    assertThat(rest.images().counts().toArray()).containsExactly(28, 28, 28);
    assertThat(rest.differences()).isEmpty();
    assertThat(ids(aside))
        .doesNotContainAnyElementsOf(ids(rest.images()))
        .doesNotContainAnyElementsOf(ids(rest.meta().orElseThrow()));
  }

  @Test
  void theLimitsOfManyAndFewCanBeGiven() {
    assertThat(source().shots()).isEqualTo(Shots.USUAL);
    assertThat(source().withShots(Shots.parse(">100,<=20")).shots()).isEqualTo(new Shots(100, 21));
  }
}
