package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import longtail.dataset.Manifest;
import longtail.dataset.Normalization;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each recipe normalises pixels as the code of its authors does. */
class RecipeNormalizationTest {
  private static final Configuration CONF = new Configuration();

  static List<String> recipes() throws IOException {
    return Recipes.all();
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void pixelsAreNormalisedAsByTheAuthors(String file) {
    Normalization published = published(file);
    assertThat(effective(file).mean()).containsExactly(published.mean());
    assertThat(effective(file).std()).containsExactly(published.std());
  }

  /** By dataset, but for MetaSAug on CIFAR, GLMC on CIFAR-10 and Bag of Tricks on iNaturalist. */
  private static Normalization published(String file) {
    if (file.startsWith("conf/cifar") && file.contains("metasaug")) {
      return numbers(
          new double[] {125.3 / 255, 123.0 / 255, 113.9 / 255},
          new double[] {63.0 / 255, 62.1 / 255, 66.7 / 255});
    }
    if (file.startsWith("conf/cifar10-lt/glmc")) {
      return numbers(
          new double[] {.49139968, .48215827, .44653124},
          new double[] {.24703233, .24348505, .26158768});
    }
    if (file.startsWith("conf/cifar")) {
      return numbers(new double[] {.4914, .4822, .4465}, new double[] {.2023, .1994, .2010});
    }
    if (file.startsWith("conf/plankton")) {
      return numbers(new double[] {.940, .940, .940}, new double[] {.160, .160, .160});
    }
    if (file.startsWith("conf/inat")
        && !file.matches("conf/inat2018/(cross-entropy|mixup-cam.*)\\.yaml")) {
      return numbers(new double[] {.466, .471, .380}, new double[] {.195, .194, .192});
    }
    if (file.startsWith("conf/sample")) {
      return numbers(new double[] {.5, .5, .5}, new double[] {.25, .25, .25});
    }
    return numbers(new double[] {.485, .456, .406}, new double[] {.229, .224, .225});
  }

  private static Normalization numbers(double[] mean, double[] std) {
    return new Normalization(mean, std);
  }

  private static Normalization effective(String file) {
    DataPlan data = Experiment.load(file, List.of(), CONF).data();
    return data.normalization().orElseGet(() -> ofDataset(file));
  }

  /** That of the manifest; where a recipe names a prepared set, of the other recipes beside it. */
  private static Normalization ofDataset(String file) {
    String set = Path.of(file).getParent().getFileName().toString();
    return Manifest.load("data-manifests/" + set + ".yaml", CONF).normalization();
  }

  @Test
  void the30RecipesWhoseAuthorsNormaliseOtherwiseThanOthersOnTheDatasetSaySo() throws IOException {
    List<String> own = new ArrayList<>();
    for (String file : recipes()) {
      if (!effective(file).equals(ofDataset(file))) {
        own.add(file);
      }
    }
    assertThat(own).hasSize(30);
    assertThat(own).filteredOn(file -> file.contains("metasaug")).hasSize(20);
    assertThat(own).filteredOn(file -> file.startsWith("conf/cifar10-lt/glmc")).hasSize(6);
    assertThat(own).filteredOn(file -> file.startsWith("conf/inat2018/")).hasSize(4);
  }
}
