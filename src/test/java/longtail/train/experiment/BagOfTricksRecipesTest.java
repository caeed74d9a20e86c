package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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

  /** A data set of the published tables: CIFAR-10 or CIFAR-100, with its imbalance factor. */
  private record Set(int classes, int factor) {
    String file(String recipe) {
      return "cifar%d-lt/%s%s".formatted(classes, recipe, factor == 100 ? "" : "-if" + factor);
    }

    /** What differs between the four data sets, in the order of {@link #SETS}. */
    String of(String... values) {
      return values[SETS.indexOf(this)];
    }
  }

  private static final List<Set> SETS =
      List.of(new Set(10, 100), new Set(10, 50), new Set(100, 100), new Set(100, 50));

  private static Experiment recipe(String file) {
    return Experiment.load("conf/" + file + ".yaml", List.of(), new Configuration());
  }

  /** Of each recipe of the four data sets what it changes of the baseline. */
  private static Map<String, List<String>> cifar(Set set) {
    Map<String, List<String>> changes = new TreeMap<>();
    changes.put("cross-entropy", List.of());
    losses(changes, set);
    sampling(changes);
    mixtures(changes);
    twoStages(changes, set);
    classActivation(changes, set);
    return changes;
  }

  private static void losses(Map<String, List<String>> changes, Set set) {
    String beta = set.of("0.9999", "0.9999", "0.9", "0.9");
    String focal =
        "{type: class-balanced-focal, beta: %s, gamma: %s}"
            .formatted(
                set.of("0.9999", "0.9999", "0.9", "0.99"), set.of("1.0", "2.0", "1.0", "1.0"));
    Map<String, String> reweighting =
        Map.of(
            "cost-sensitive", "{type: cost-sensitive, exponent: 1.0}",
            "cost-sensitive-smooth", "{type: cost-sensitive, exponent: 0.5}",
            "class-balanced", "{type: class-balanced, beta: %s}".formatted(beta),
            "class-balanced-focal", focal,
            "cdt", "{type: cdt, gamma: 0.2}",
            "balanced-softmax", "balanced-softmax");
    reweighting.forEach(
        (name, loss) -> {
          changes.put(name, List.of("stages.0.loss=" + loss));
          changes.put("drw-" + name, List.of(deferred(160, loss)));
        });
    changes.put("focal", List.of("stages.0.loss={type: focal, gamma: 2.0}"));
    changes.put(
        "drw-focal",
        List.of(deferred(160, "{type: focal, gamma: 2.0, weights: {type: cost, exponent: 1.0}}")));
    changes.put(
        "ldam",
        List.of("model.head=normalized", "stages.0.loss={type: ldam, scale: 30, max-margin: 0.5}"));
    changes.put(
        "drw-ldam",
        List.of(
            "model.head=normalized",
            deferred(
                160,
                "{type: ldam, scale: 30, max-margin: 0.5, weights: {type: effective-number, beta: 0.9999}}")));
    changes.put(
        "drw-influence-balanced",
        List.of(
            deferred(100, "{type: influence-balanced, alpha: 1000}"), milestones(100, 160, 180)));
    changes.put(
        "seql",
        List.of(
            "stages.0.loss={type: seql, gamma: 0.9, lambda: %s}"
                .formatted(set.of("0.05", "0.05", "0.005", "0.006"))));
    Map<String, String> smoothing =
        Map.of(
            "label-smoothing", "{type: label-smoothing, epsilon: 0.1}",
            "label-aware-smoothing",
                "{type: label-aware-smoothing, head: 0.4, tail: 0.1, shape: concave}");
    // the published code has nothing to defer in these losses
    smoothing.forEach(
        (name, loss) ->
            Stream.of(name, "drw-" + name)
                .forEach(recipe -> changes.put(recipe, List.of("stages.0.loss=" + loss))));
  }

  private static void sampling(Map<String, List<String>> changes) {
    Map<String, String> samplers =
        Map.of(
            "class-balanced", "class-balanced",
            "square-root", "square-root",
            "progressive", "progressive");
    samplers.forEach(
        (name, sampler) -> {
          changes.put(name + "-sampling", List.of("stages.0.sampler=" + sampler));
          changes.put(
              "drs-" + name,
              List.of(
                  "stages.0.sampler={type: deferred, start-epoch: 160, then: %s}"
                      .formatted(sampler)));
        });
    changes.put(
        "two-samplers",
        List.of("stages.0.batch-size=64", "stages.0.mix={type: two-samplers, sampler: reverse}"));
  }

  private static void mixtures(Map<String, List<String>> changes) {
    List<String> longer = List.of("stages.0.epochs=400", milestones(320, 360));
    changes.put("cross-entropy-400-epochs", longer);
    Map<String, String> mixtures =
        Map.of(
            "mixup", "{type: mixup, alpha: 1}",
            "manifold-mixup", "{type: manifold-mixup, alpha: 1, location: pool}",
            "remix", "{type: remix, alpha: 1, kappa: 3, tau: 0.5}");
    Map<String, String> rebalancing =
        Map.of(
            "", "stages.0.loss=cross-entropy",
            "-cost-sensitive", "stages.0.loss={type: cost-sensitive, exponent: 1}",
            "-balanced-softmax", "stages.0.loss=balanced-softmax",
            "-class-balanced-sampling", "stages.0.sampler=class-balanced",
            "-progressive-sampling", "stages.0.sampler=progressive");
    mixtures.forEach(
        (name, mixture) ->
            rebalancing.forEach(
                (suffix, change) ->
                    changes.put(name + suffix, joined(longer, "stages.0.mix=" + mixture, change))));
    changes.put(
        "mixup-two-samplers",
        joined(longer, "stages.0.mix={type: bbn-mix, alpha: 1, sampler: reverse}"));
    changes.put(
        "mixup-drw-balanced-softmax",
        joined(longer, "stages.0.mix=" + mixtures.get("mixup"), deferred(320, "balanced-softmax")));
  }

  private static void twoStages(Map<String, List<String>> changes, Set set) {
    List<String> classifier =
        List.of(
            "epochs=30",
            "batch-size=128",
            "sampler=class-balanced",
            "freeze=backbone",
            "frozen-norm=batch",
            "optimizer={type: sgd, lr: 0.1, momentum: 0.9, nesterov: true, weight-decay: 5.0e-4}",
            "schedule={type: warmup-multistep, warmup: 5, milestones: [10, 20], factor: 0.1, counting: from-one}");
    List<String> retrained = new ArrayList<>(List.of("stages.0.name=representation"));
    retrained.add(
        "stages.1={name: classifier, reinitialize: head, "
            + String.join(", ", classifier).replace("=", ": ")
            + "}");
    changes.put("crt", retrained);
    List<String> scaled = new ArrayList<>(List.of("model.head=lws", "stages.0.name=scales"));
    classifier.forEach(change -> scaled.add("stages.0." + change));
    changes.put("lws", scaled);
    changes.put(
        "tau-norm",
        List.of(
            "stages.0.name=normalisation",
            "stages.0.epochs=1",
            "stages.0.freeze=backbone",
            "stages.0.frozen-norm=running",
            "stages.0.optimizer={type: sgd, lr: 0, momentum: 0, weight-decay: 0}",
            "stages.0.schedule=constant",
            "stages.0.constraint={type: tau-norm, tau: 1, timing: epoch}"));
    changes.put("dive-teacher", List.of("stages.0.loss=balanced-softmax", milestones(120, 160)));
    changes.put(
        "dive",
        List.of(
            "stages.0.method={type: distill, teacher: runs/cifar%d-lt%s/dive-teacher, loss: {alpha: 0.5, temperature: 2, power: 0.5, base: balanced-softmax}}"
                .formatted(set.classes(), set.factor() == 100 ? "" : "-if50"),
            milestones(120, 160)));
  }

  /** Some stages have a warm-up and some have none, without a rule. */
  private static void classActivation(Map<String, List<String>> changes, Set set) {
    String warm = "type: warmup-multistep, warmup: 5";
    String plain = "type: multistep";
    changes.put("cam-first-stage", List.of("stages.0.epochs=160"));
    Map<String, String> samplers =
        Map.of("", "class-balanced", "-square-root", "square-root", "-progressive", "progressive");
    samplers.forEach(
        (suffix, sampler) ->
            changes.put(
                "cam-second-stage" + suffix,
                List.of(
                    "stages.0.epochs=40",
                    "stages.0.sampler=" + sampler,
                    "stages.0.optimizer.lr=0.001",
                    schedule(set.of(plain, plain, warm, plain), "[20]", "0.01"))));
    String mixup = "stages.0.mix={type: mixup, alpha: 1}";
    changes.put(
        "mixup-cam-first-stage", List.of("stages.0.epochs=320", mixup, milestones(320, 360)));
    changes.put(
        "mixup-cam-second-stage",
        List.of(
            "stages.0.epochs=80",
            mixup,
            "stages.0.sampler=class-balanced",
            "stages.0.optimizer.lr=0.001",
            schedule(set.of(plain, plain, warm, plain), "[40]", "0.01")));
    changes.put(
        "mixup-cam-fine-tuning",
        List.of(
            "stages.0.epochs=20",
            "stages.0.sampler=class-balanced",
            "stages.0.optimizer.lr=0.001",
            schedule(set.of(warm, plain, plain, plain), "[8, 16]", "0.1")));
  }

  private static String deferred(int epoch, String loss) {
    return "stages.0.loss={type: deferred, start-epoch: %d, loss: %s}".formatted(epoch, loss);
  }

  private static String milestones(Integer... epochs) {
    return "stages.0.schedule.milestones=" + Arrays.toString(epochs);
  }

  private static String schedule(String type, String milestones, String factor) {
    return "stages.0.schedule={%s, milestones: %s, factor: %s, counting: from-one}"
        .formatted(type, milestones, factor);
  }

  private static List<String> joined(List<String> first, String... more) {
    return Stream.concat(first.stream(), Stream.of(more)).toList();
  }

  @TestFactory
  Stream<DynamicTest> onCifar() {
    return SETS.stream()
        .flatMap(
            set ->
                cifar(set).entrySet().stream()
                    .map(
                        recipe ->
                            DynamicTest.dynamicTest(
                                set.file(recipe.getKey()),
                                () -> onCifar(set, recipe.getKey(), recipe.getValue()))));
  }

  /** So that no recipe is left out of {@link #cifar}. */
  @Test
  void allRecipesOfCifarAreBoundHereButThoseOfOtherPapers() throws IOException {
    for (Set set : SETS) {
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
      assertThat(names).containsExactlyInAnyOrderElementsOf(cifar(set).keySet());
    }
  }

  private static void onCifar(Set set, String name, List<String> changes) {
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
      for (int s = 0; s < SETS.size(); s++) {
        String file = SETS.get(s).file(cells[0]);
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
            List.of("stages.0.epochs=160", mixup, milestones(120, 160)),
            "mixup-cam-second-stage",
            List.of("stages.0.epochs=40", mixup, balanced, slow, milestones(40)),
            "mixup-cam-fine-tuning",
            List.of("stages.0.epochs=20", balanced, slow, milestones(8, 16)));
    stages.forEach(
        (name, changes) -> {
          same(recipe("imagenet-lt/" + name), Experiment.parse(IMAGENET, name, changes));
          same(
              recipe("inat2018/" + name),
              Experiment.parse(
                  IMAGENET, name, joined(inaturalist, changes.toArray(String[]::new))));
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
