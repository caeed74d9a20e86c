package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import longtail.dataset.SubsetSelection;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The recipes of Bag of Tricks have the numbers of its published configurations, key by key: each
 * is the baseline, spelt out here, with what the trick changes.
 */
class BagOfTricksRecipesTest {
  private static final String CIFAR =
      """
      name: expected
      data:
        transforms: [{type: pad-crop, padding: 4, mode: zero}, horizontal-flip]
      model: {backbone: resnet32, head: linear}
      stages:
        - name: train
          epochs: 200
          batch-size: 128
          loss: cross-entropy
          sampler: instance
          optimizer: {type: sgd, lr: 0.1, momentum: 0.9, nesterov: true, weight-decay: 2.0e-4}
          schedule: {type: warmup-multistep, warmup: 5, milestones: [160, 180], factor: 0.01, counting: from-one}
      """;

  private static final String IMAGENET =
      """
      name: expected
      data:
        transforms:
          - {type: random-resized-crop, size: 224}
          - horizontal-flip
          - {type: color-jitter, brightness: 0.4, contrast: 0.4, saturation: 0.4}
      model: {backbone: {type: resnet, depth: 10, weights: fan-out}, head: {type: linear, weights: uniform}}
      stages:
        - name: train
          epochs: 100
          batch-size: 512
          optimizer: {type: sgd, lr: 0.2, momentum: 0.9, nesterov: true, weight-decay: 1.0e-4}
          schedule: {type: multistep, milestones: [60, 80], factor: 0.1, counting: from-one}
      """;

  private static Experiment recipe(String file) {
    return Experiment.load("conf/" + file + ".yaml", List.of(), new Configuration());
  }

  @TestFactory
  Stream<DynamicTest> onCifar() {
    return BagOfTricksCifar.SETS.stream()
        .flatMap(
            set ->
                set.changes().entrySet().stream()
                    .map(
                        recipe ->
                            DynamicTest.dynamicTest(
                                set.file(recipe.getKey()),
                                () -> onCifar(set, recipe.getKey(), recipe.getValue()))));
  }

  /** So that no recipe is left out of {@link BagOfTricksCifar}. */
  @Test
  void allRecipesOfCifarAreBoundHereButThoseOfOtherPapers() throws IOException {
    for (BagOfTricksCifar set : BagOfTricksCifar.SETS) {
      String suffix = set.factor() == 100 ? "" : "-if50";
      String folder = "conf/cifar%d-lt/".formatted(set.classes());
      List<String> names =
          Recipes.all().stream()
              .filter(file -> file.startsWith(folder))
              .map(file -> file.substring(folder.length()).replace(".yaml", ""))
              .filter(name -> !name.matches("(glmc|metasaug|balms|balanced-meta|bbn|weight).*"))
              .filter(name -> name.endsWith("-if50") == (set.factor() == 50))
              .map(name -> name.substring(0, name.length() - suffix.length()))
              .toList();
      assertThat(names).containsExactlyInAnyOrderElementsOf(set.changes().keySet());
    }
  }

  private static void onCifar(BagOfTricksCifar set, String name, List<String> changes) {
    Experiment recipe = recipe(set.file(name));
    same(recipe, Experiment.parse(CIFAR, name, changes));
    if (recipe.data().dir().isEmpty()) {
      assertThat(recipe.data().manifest())
          .contains("data-manifests/cifar%d-lt.yaml".formatted(set.classes()));
      assertThat(recipe.data().imbalanceFactor().orElse(100.0)).isEqualTo(set.factor());
      assertThat(recipe.data().subset()).contains(new SubsetSelection.NumpyShuffle(0));
    }
  }

  private static void same(Experiment recipe, Experiment expected) {
    assertThat(recipe.stages()).isEqualTo(expected.stages());
    assertThat(recipe.model().backbone()).isEqualTo(expected.model().backbone());
    assertThat(recipe.model().head()).isEqualTo(expected.model().head());
    assertThat(recipe.data().transforms()).isEqualTo(expected.data().transforms());
    assertThat(recipe.averaging().every()).isEqualTo(1);
  }

  /**
   * Top-1 errors by name of the recipe: on the subsets of Cao et al., then on those of Cui et al.
   */
  @Test
  void theirFiguresAreThoseOfTheGalleries() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("src/test/resources/recipes/bag-of-tricks-errors.csv"));
    assertThat(rows).hasSizeGreaterThan(50);
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split(",", -1);
      for (int s = 0; s < BagOfTricksCifar.SETS.size(); s++) {
        String file = BagOfTricksCifar.SETS.get(s).file(cells[0]);
        List<Double> reported =
            Stream.of(cells[1 + s], cells[5 + s])
                .filter(error -> !error.isEmpty())
                .map(error -> Math.round(10000 - 100 * Double.parseDouble(error)) / 100.0)
                .toList();
        assertThat(figures(recipe(file))).as(file).isEqualTo(reported);
      }
    }
  }

  private static List<Double> figures(Experiment recipe) {
    Optional<Published> published = recipe.published();
    return published.stream()
        .flatMap(
            p ->
                Stream.concat(
                    Stream.of(p.accuracy()), p.others().stream().map(Published.Other::accuracy)))
        .toList();
  }

  @Test
  void theBaselineOfImageNetLt() {
    same(recipe("imagenet-lt/cross-entropy"), Experiment.parse(IMAGENET, "expected", List.of()));
    assertThat(figures(recipe("imagenet-lt/cross-entropy"))).containsExactly(36.26);
  }

  @Test
  void theCombinationOnLargeImages() {
    String mixup = "stages.0.mix={type: mixup, alpha: 1}";
    String balanced = "stages.0.sampler=class-balanced";
    String slow = "stages.0.optimizer.lr=0.002";
    List<String> inaturalist =
        List.of(
            "stages.0.last-batch=keep",
            "data.transforms=[{type: random-resized-crop, size: 224}, horizontal-flip]",
            "model.backbone={type: resnet, depth: 50, weights: uniform}");
    Map<String, List<String>> stages =
        Map.of(
            "mixup-cam-first-stage",
            List.of("stages.0.epochs=160", mixup, BagOfTricksCifar.milestones(120, 160)),
            "mixup-cam-second-stage",
            List.of("stages.0.epochs=40", mixup, balanced, slow, BagOfTricksCifar.milestones(40)),
            "mixup-cam-fine-tuning",
            List.of("stages.0.epochs=20", balanced, slow, BagOfTricksCifar.milestones(8, 16)));
    stages.forEach(
        (name, changes) -> {
          same(recipe("imagenet-lt/" + name), Experiment.parse(IMAGENET, name, changes));
          same(
              recipe("inat2018/" + name),
              Experiment.parse(
                  IMAGENET,
                  name,
                  BagOfTricksCifar.joined(inaturalist, changes.toArray(String[]::new))));
        });
    assertThat(figures(recipe("imagenet-lt/mixup-cam-fine-tuning"))).containsExactly(43.13, 43.29);
  }

  /** Its three stages in one run, without generated images. */
  @Test
  void theCombinationOnImageNetLtInOneRun() {
    List<Stage> stages = recipe("imagenet-lt/mixup-drs-finetune").stages();
    List<String> apart =
        List.of("mixup-cam-first-stage", "mixup-cam-second-stage", "mixup-cam-fine-tuning");
    assertThat(stages).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(stages.get(i))
          .usingRecursiveComparison()
          .ignoringFields("name")
          .isEqualTo(recipe("imagenet-lt/" + apart.get(i)).stages().get(0));
    }
  }

  /** Convolutions and classifier start as PyTorch leaves them. */
  @Test
  void theBaselineOfINaturalist() {
    Experiment expected =
        Experiment.parse(
            IMAGENET,
            "expected",
            List.of(
                "stages.0.last-batch=keep",
                "data.transforms=[{type: random-resized-crop, size: 224}, horizontal-flip]",
                "model.backbone={type: resnet, depth: 50, weights: uniform}"));
    same(recipe("inat2018/cross-entropy"), expected);
    assertThat(figures(recipe("inat2018/cross-entropy"))).containsExactly(59.45);
  }
}
