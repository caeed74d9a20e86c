package longtail.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ClassCounts;
import longtail.dataset.ImageCollection;
import longtail.dataset.Manifest;
import longtail.dataset.Shots;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

/**
 * The published lists, where they lie on this machine: in {@code lists/} of the directory that the
 * system property or environment variable {@code longtail.real.data} names ({@code
 * LONGTAIL_REAL_DATA} works, too), {@code ../shared/data} by default.
 */
class RealListsTest {
  private static final Path LISTS =
      Path.of(
          Optional.ofNullable(System.getProperty("longtail.real.data"))
              .or(() -> Optional.ofNullable(System.getenv("longtail.real.data")))
              .or(() -> Optional.ofNullable(System.getenv("LONGTAIL_REAL_DATA")))
              .orElse("../shared/data"),
          "lists");

  @Test
  void placesLtIsAsPublished() {
    ClassCounts train = counts("places-lt", "train", "Places_LT_train.txt.gz");

    assertThat(train.total()).isEqualTo(62500);
    assertThat(train.classes()).isEqualTo(365);
    assertThat(train.max()).isEqualTo(4980);
    assertThat(train.min()).isEqualTo(5);
    assertThat(Arrays.stream(Shots.Group.values()).map(g -> train.classesOf(g, Shots.USUAL)))
        .containsExactly(131, 163, 71);
    counts("places-lt", "val", "Places_LT_val.txt.gz");
  }

  @Test
  void imageNetLtValidationIsAsPublished() {
    assertThat(counts("imagenet-lt", "val", "ImageNet_LT_val.txt.gz").total()).isEqualTo(20000);
  }

  @Test
  void iNaturalist2018ValidationIsAsPublished() {
    ClassCounts val = counts("inat2018", "val", "iNaturalist18_val.txt.gz");

    assertThat(val.total()).isEqualTo(24426);
    assertThat(val.classes()).isEqualTo(8142);
  }

  /** The counts of a list, after checking that the shipped manifest expects them. */
  private static ClassCounts counts(String manifest, String split, String list) {
    Path file = LISTS.resolve(list);
    assumeTrue(Files.exists(file), () -> "skipped: the published list " + file + " is not here");
    Configuration conf = new Configuration();
    ClassCounts counts =
        Annotations.read(
                ImageCollection.of(AnnotationFormat.LIST, file.toString(), "images", split), conf)
            .counts();
    assertThat(
            Manifest.load("data-manifests/" + manifest + ".yaml", conf).differences(split, counts))
        .isEmpty();
    return counts;
  }
}
