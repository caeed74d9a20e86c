package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.loss.BalancedSoftmax;
import longtail.loss.CrossEntropy;
import longtail.optim.Cosine;
import longtail.optim.Sgd;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A recipe names its base and what differs. */
class ExperimentFileTest {
  private static final String WHOLE =
      """
      name: whole
      seed: 7
      data: {manifest: images.yaml, imbalance-factor: 100}
      model: {backbone: resnet32, head: cosine}
      stages:
        - name: train
          epochs: 200
          loss: cross-entropy
          optimizer: {type: sgd, lr: 0.1, weight-decay: 2.0e-4}
          schedule: {type: multistep, milestones: [160, 180]}
      averaging: {every: 5}
      published: {accuracy: 40, source: a paper}
      """;

  @TempDir Path directory;

  @BeforeEach
  void writeTheWhole() throws IOException {
    write("whole.yaml", WHOLE);
  }

  @Test
  void aRecipeSaysOnlyWhatDiffers() throws IOException {
    String recipe =
        write(
            "balanced.yaml",
            """
            base: whole.yaml
            name: balanced
            data: {imbalance-factor: 50}
            stages.0:
              loss: balanced-softmax
              optimizer: {lr: 0.2}
              schedule: cosine
            """);
    Experiment experiment = load(recipe);
    Experiment whole = load(directory.resolve("whole.yaml").toString());
    assertThat(experiment.name()).isEqualTo("balanced");
    assertThat(experiment.seed()).isEqualTo(7);
    assertThat(experiment.model()).isEqualTo(whole.model());
    assertThat(experiment.averaging()).isEqualTo(whole.averaging());
    assertThat(experiment.data().manifest()).contains("images.yaml");
    assertThat(experiment.data().imbalanceFactor()).contains(50.0);
    Stage stage = experiment.stages().get(0);
    assertThat(stage.epochs()).isEqualTo(200);
    assertThat(stage.loss()).isInstanceOf(BalancedSoftmax.class);
    assertThat(stage.schedule()).isInstanceOf(Cosine.class);
    assertThat(stage.optimizer())
        .isInstanceOfSatisfying(
            Sgd.class,
            sgd -> {
              assertThat(sgd.lr()).isEqualTo(0.2);
              assertThat(sgd.weightDecay()).isEqualTo(2e-4);
            });
  }

  @Test
  void nameAndPublishedFiguresAreNotInherited() throws IOException {
    assertThat(load(write("own.yaml", "{base: whole.yaml, name: own}")).published()).isEmpty();
    String nameless = write("nameless.yaml", "{base: whole.yaml, seed: 1}");
    assertThatThrownBy(() -> load(nameless))
        .hasMessageContainingAll("nameless.yaml", "whole.yaml", "name is missing");
  }

  @Test
  void basesMayHaveBasesInOtherDirectories() throws IOException {
    write("deep/middle.yaml", "{base: ../whole.yaml, name: middle, stages.0.epochs: 90, seed: 8}");
    String recipe =
        write(
            "recipe.yaml",
            "{base: deep/middle.yaml, name: recipe, seed: 9, stages.1: {name: more, epochs: 10}}");
    Experiment experiment = load(recipe);
    assertThat(experiment.seed()).isEqualTo(9);
    assertThat(experiment.stages()).extracting(Stage::epochs).containsExactly(90, 10);
    assertThat(experiment.stages().get(1).loss()).isInstanceOf(CrossEntropy.class);
  }

  @Test
  void filesAreReadThroughTheirFileSystem() throws IOException {
    write("recipe.yaml", "{base: whole.yaml, name: recipe, seed: 9}");
    String uri = directory.resolve("recipe.yaml").toUri().toString();
    assertThat(uri).startsWith("file:/");
    assertThat(load(uri).stages().get(0).epochs()).isEqualTo(200);
    String absolute = "{base: '%s', name: recipe}".formatted(directory.resolve("whole.yaml"));
    assertThat(load(write("elsewhere/recipe.yaml", absolute)).seed()).isEqualTo(7);
  }

  @Test
  void overridesChangeTheWholeThatResults() throws IOException {
    String recipe = write("recipe.yaml", "{base: whole.yaml, name: recipe, stages.0.epochs: 90}");
    Experiment experiment = load(recipe, "stages.0.epochs=3", "data.imbalance-factor=10");
    assertThat(experiment.stages().get(0).epochs()).isEqualTo(3);
    assertThat(experiment.data().imbalanceFactor()).contains(10.0);
  }

  @Test
  void theEffectiveExperimentStandsAlone() throws IOException {
    Experiment experiment = load(write("recipe.yaml", "{base: whole.yaml, name: recipe}"));
    assertThat(experiment.yaml()).doesNotContain("base:", "whole");
    assertThat(Experiment.parse(experiment.yaml(), "copy", List.of())).isEqualTo(experiment);
  }

  @Test
  void aVariantSaysWhatDiffersFromItsRecipe() throws IOException {
    String recipe =
        write(
            "balanced.yaml",
            """
            base: whole.yaml
            name: balanced
            stages.0.loss: balanced-softmax
            published: {accuracy: 42, source: a paper}
            variants:
              if50: {name: balanced-if50, data: {imbalance-factor: 50}}
              long: {base: whole.yaml, name: long, stages.0.epochs: 400}
            """);
    assertThat(load(recipe).name()).isEqualTo("balanced");
    assertThat(Experiment.variants(recipe, new Configuration()))
        .containsExactly(Experiment.variant(recipe, "if50"), Experiment.variant(recipe, "long"));

    Experiment if50 = load(directory.resolve("balanced-if50.yaml").toString());
    assertThat(if50.name()).isEqualTo("balanced-if50");
    assertThat(if50.published()).isEmpty();
    assertThat(if50.data().imbalanceFactor()).contains(50.0);
    assertThat(if50.stages().get(0).loss()).isInstanceOf(BalancedSoftmax.class);

    Experiment other = load(Experiment.variant(recipe, "long"), "seed=9");
    assertThat(other.stages().get(0).loss()).isInstanceOf(CrossEntropy.class);
    assertThat(other.stages().get(0).epochs()).isEqualTo(400);
    assertThat(other.seed()).isEqualTo(9);
  }

  @Test
  void aRecipeMayBeBasedOnAVariantAndAFileOfThatNameIsNone() throws IOException {
    write("balanced.yaml", "{base: whole.yaml, name: b, variants: {if50: {name: c, seed: 50}}}");
    String recipe = write("long.yaml", "{base: balanced-if50.yaml, name: long}");
    assertThat(load(recipe).seed()).isEqualTo(50);
    write("balanced-if50.yaml", "{base: whole.yaml, name: file, seed: 51}");
    assertThat(load(recipe).seed()).isEqualTo(51);
  }

  @Test
  void aVariantThatIsNotThereIsRefusedWithThoseThatAre() throws IOException {
    String recipe =
        write("balanced.yaml", "{base: whole.yaml, name: b, variants: {if50: {name: c}}}");
    assertThatThrownBy(() -> load(Experiment.variant(recipe, "if7")))
        .isInstanceOf(LongTailException.class)
        .hasMessageContainingAll("balanced-if7.yaml", "the variants if50");
    assertThatThrownBy(() -> load(directory.resolve("whole-if7.yaml").toString()))
        .hasMessageContainingAll("whole-if7.yaml", "no variants");
    String wrong = write("wrong.yaml", "{base: whole.yaml, name: b, variants: [if50]}");
    assertThatThrownBy(() -> load(Experiment.variant(wrong, "if50")))
        .hasMessageContainingAll("wrong.yaml", "variants must name mappings");
  }

  static Stream<List<String>> mistakes() {
    return Stream.of(
        List.of("{base: none.yaml, name: a}", "a.yaml", "none.yaml, the base of"),
        List.of("{base: [whole.yaml], name: a}", "a.yaml", "base must name an experiment file"),
        List.of("{base: null, name: a}", "a.yaml", "base must name an experiment file"),
        List.of("{base: a.yaml, name: a}", "a.yaml", "leads back to"),
        List.of("{base: round.yaml, name: a}", "leads back to", "/round.yaml -> "),
        List.of("{base: more-0.yaml, name: a}", "more than 8 files", "more-6.yaml -> "),
        List.of("{base: whole.yaml, name: a, sead: 1}", "a.yaml (base ", "'seed'"),
        List.of("{base: whole.yaml, name: a, stages.3.epochs: 1}", "change stages.3", "0 to 0"),
        List.of("{base: whole.yaml, name: a, stages.0.epoch: 1}", "stages.0.epoch", "'epochs'"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void whatIsWrongIsNamed(List<String> mistake) throws IOException {
    write("round.yaml", "{base: a.yaml, name: round}");
    for (int i = 0; i < 9; i++) {
      write("more-%d.yaml".formatted(i), "{base: more-%d.yaml, name: m}".formatted(i + 1));
    }
    String recipe = write("a.yaml", mistake.get(0));
    assertThatThrownBy(() -> load(recipe))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContainingAll(mistake.subList(1, 3).toArray(CharSequence[]::new));
  }

  private String write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text).toString();
  }

  private static Experiment load(String file, String... overrides) {
    return Experiment.load(file, List.of(overrides), new Configuration());
  }
}
