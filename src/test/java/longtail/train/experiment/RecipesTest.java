package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

/** What the files in {@code conf} say of themselves. */
class RecipesTest {
  private static final Configuration CONF = new Configuration();

  /** Recipes of publications; the embedded sample has none. */
  private static List<Path> recipes() throws IOException {
    return Recipes.files().stream().filter(file -> !file.startsWith("conf/sample")).toList();
  }

  private static Experiment load(Path file) {
    return Experiment.load(file.toString(), List.of(), CONF);
  }

  @Test
  void everyRecipeHasAPublishedFigureOrSaysThatThereIsNone() throws IOException {
    for (Path file : recipes()) {
      List<String> comments =
          Files.readAllLines(file).stream().filter(line -> line.startsWith("#")).toList();
      assertThat(comments).as(file.toString()).isNotEmpty();
      if (load(file).published().isEmpty()) {
        assertThat(String.join(" ", comments)).as(file.toString()).contains("figure");
      }
    }
  }

  @Test
  void everyRecipeHasANameOfItsOwn() throws IOException {
    Map<String, String> names = new HashMap<>();
    for (String file : Recipes.all()) {
      if (!file.startsWith("conf/sample")) {
        assertThat(names.put(load(Path.of(file)).name(), file)).as(file).isNull();
      }
    }
  }

  @Test
  void aFactorInTheNameOfAVariantIsThatOfItsData() throws IOException {
    int variants = 0;
    for (String file : Recipes.all()) {
      Matcher factor = Pattern.compile("-if(\\d+)\\.yaml$").matcher(file);
      if (factor.find()) {
        variants++;
        Experiment experiment = load(Path.of(file));
        assertThat(experiment.name()).as(file).contains("-if" + factor.group(1) + "-");
        if (experiment.data().dir().isEmpty()) {
          assertThat(experiment.data().imbalanceFactor())
              .as(file)
              .contains(Double.valueOf(factor.group(1)));
        }
      }
    }
    assertThat(variants).isEqualTo(144);
  }

  @Test
  void theRecipeOnThePageIsTheOneInConf() throws IOException {
    String page = Files.readString(Path.of("src/site/markdown/recipes.md"));
    int start = page.indexOf("```yaml\nbase: ") + "```yaml\n".length();
    String example = page.substring(start, page.indexOf("```", start));
    String recipe = Files.readString(Path.of("conf/cifar100-lt/mixup.yaml"));
    assertThat(recipe.replaceAll("(?m)^#.*\n", "")).isEqualTo(example);

    Experiment mixup = load(Path.of("conf/cifar100-lt/mixup.yaml"));
    Experiment base = load(Path.of("conf/cifar100-lt/cross-entropy.yaml"));
    assertThat(ExperimentDifference.between(base, mixup).keySet())
        .containsExactlyInAnyOrder(
            "name",
            "stages.0.epochs",
            "stages.0.mix.type",
            "stages.0.mix.alpha",
            "stages.0.schedule.milestones.0",
            "stages.0.schedule.milestones.1");
  }
}
