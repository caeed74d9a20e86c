package longtail.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import longtail.dataset.AnnotationFields;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.SeveralAnnotations;
import longtail.dataset.SplitShares;
import longtail.image.TestImages;
import longtail.image.codec.ImageCodec;
import longtail.shard.ShardedDataset;
import longtail.spark.LocalSpark;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One table becomes training, validation, meta and test set. */
@Tag("spark")
class PrepareDivideTest {
  private static final PrepareOptions TWO_SHARDS = PrepareOptions.USUAL.withShards(2);

  private static JavaSparkContext spark;

  @TempDir Path directory;

  private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

  @BeforeAll
  static void start() {
    spark = LocalSpark.shared();
  }

  /** 20, 10 and 1 images; two of each film, but for the rarest class. */
  @BeforeEach
  void photos() throws IOException {
    StringBuilder table = new StringBuilder("film,path,label\n");
    Files.write(directory.resolve("a.png"), ImageCodec.png(TestImages.noise(33, 34, 1)));
    for (int i = 0; i < 31; i++) {
      String path = "%d.png".formatted(i);
      Files.copy(directory.resolve("a.png"), directory.resolve(path));
      String name = i < 20 ? "wren" : i < 30 ? "eider" : "gull";
      table.append("f%d,%s,%s\n".formatted(i / 2, path, name));
    }
    Files.writeString(directory.resolve("birds.csv"), table);
  }

  @Test
  void partsLieBelowTheOutputWithTheMetaSetBesideTheTrainingSet() {
    List<PrepareSummary> parts = divide(source("").withMetaPerClass(2));

    assertThat(parts)
        .extracting(part -> part.dataset().directory().replaceAll(".*/", ""))
        .containsExactly("train", "validation", "test");
    assertThat(open("train").counts().toArray()).containsExactly(4, 1, 10);
    assertThat(open("train-meta").counts().toArray()).containsExactly(2, 0, 2);
    assertThat(open("validation").counts().toArray()).containsExactly(2, 0, 4);
    assertThat(open("test").counts().toArray()).containsExactly(2, 0, 4);
    assertThat(open("test").classNames()).containsExactly("eider", "gull", "wren");
    assertThat(parts.get(0).table())
        .contains("1 of 3 classes have too few images to give the meta set 2");
    assertThat(parts.get(2).table()).contains("to give the test set one, such as 'gull' with 1");
  }

  @Test
  void framesOfAFilmAreNotDivided() {
    divide(source("film"));

    Set<Integer> seen = new HashSet<>();
    for (String part : List.of("train", "validation", "test")) {
      Set<Integer> films = new HashSet<>();
      ShardedDataset dataset = open(part);
      for (int row = 0; row < dataset.samples().size(); row++) {
        films.add(Integer.parseInt(dataset.samples().imageId(row)) / 2);
      }
      assertThat(seen).doesNotContainAnyElementsOf(films);
      seen.addAll(films);
    }
    assertThat(seen).hasSize(16);
  }

  @Test
  void theSameCommandGoesOnWithThePartsThatAreMissing() throws IOException {
    divide(source("").withMetaPerClass(2));
    String before = open("train").fingerprint();
    delete(directory.resolve("out/test"));

    List<PrepareSummary> again = divide(source("").withMetaPerClass(2));

    assertThat(again).extracting(PrepareSummary::written).containsExactly(0, 0, 6);
    assertThat(open("train").fingerprint()).isEqualTo(before);
    assertThat(open("test").counts().toArray()).containsExactly(2, 0, 4);
  }

  @Test
  void smallPartsHaveFewerShards() {
    PrepareJob.divide(
        spark,
        source(""),
        SplitShares.parse("60:20:20"),
        PrepareOptions.USUAL.withShards(9),
        directory.resolve("out").toString(),
        new PrintStream(progress, true, StandardCharsets.UTF_8));

    assertThat(open("train").shards()).isEqualTo(9);
    assertThat(open("test").shards()).as("no more than images").isEqualTo(6);
  }

  private static void delete(Path tree) throws IOException {
    FileSystems.of(FileSystems.path(tree.toString()), new Configuration())
        .delete(FileSystems.path(tree.toString()), true);
  }

  private PrepareSource source(String group) {
    return PrepareSource.of(
        ImageCollection.of(
                AnnotationFormat.CSV,
                directory.resolve("birds.csv").toString(),
                directory.toString(),
                "train")
            .withFields(new AnnotationFields("", "", group, SeveralAnnotations.REFUSE)));
  }

  private List<PrepareSummary> divide(PrepareSource source) {
    return PrepareJob.divide(
        spark,
        source,
        SplitShares.parse("60:20:20"),
        TWO_SHARDS,
        directory.resolve("out").toString(),
        new PrintStream(progress, true, StandardCharsets.UTF_8));
  }

  private ShardedDataset open(String part) {
    return ShardedDataset.open(directory.resolve("out/" + part).toString(), new Configuration());
  }
}
