package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import longtail.dataset.Shots;
import longtail.dataset.SubsetSelection;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The recipes of GLMC have the numbers of its published commands, key by key. */
class GlmcRecipesTest {
  private static final String CIFAR =
      """
      name: expected
      data:
        transforms: [{type: pad-crop, padding: 4, mode: zero}, horizontal-flip]
      model: {backbone: {type: resnet32, width: 64}, head: {type: glmc, weights: kaiming, embedding: 128}}
      stages:
        - name: train
          epochs: 200
          batch-size: 64
          last-batch: keep
          method: {type: glmc, %s}
          loss: cross-entropy
          sampler: instance
          optimizer: {type: sgd, lr: 0.01, momentum: 0.9, nesterov: false, weight-decay: 5.0e-3}
          schedule: {type: cosine, minimum: 0, counting: from-zero}
      """;

  private static final String MAX_NORM =
      """
        - name: max-norm
          epochs: 10
          batch-size: 64
          last-batch: keep
          freeze: backbone
          frozen-norm: batch
          loss: {type: binary-softmax, weights: {type: effective-number, beta: 0.9999}}
          constraint: {type: max-norm, threshold: 0.1, norm: l2, tau: 1, timing: epoch}
          optimizer: {type: sgd, lr: 0.01, momentum: 0.9, nesterov: false, weight-decay: 0.1}
          schedule: {type: cosine, minimum: 0, counting: from-one}
      """;

  private static final String LARGE =
      """
      name: expected
      data:
        transforms:
          - {type: random-resized-crop, size: 224}
          - {type: color-jitter, brightness: 0.4, contrast: 0.4, saturation: 0.4}
          - {type: grayscale, probability: 0.2}
          - {type: gaussian-blur, probability: 0.5, sigma: [0.1, 2.0]}
          - {type: horizontal-flip, probability: 0.5}
      model:
        backbone: {type: resnext, depth: 50, groups: 32, group-width: 4, weights: fan-out}
        head: {type: glmc, weights: uniform, embedding: 256}
      stages:
        - name: train
          epochs: %d
          batch-size: %d
          last-batch: keep
          method: {type: glmc, %s}
          loss: cross-entropy
          sampler: instance
          optimizer: {type: sgd, lr: 0.1, momentum: 0.9, nesterov: false, weight-decay: %s}
          schedule: {type: warmup-cosine, warmup: 10, start: 0.1, minimum: 0, compat: glmc}
      """;

  private static Experiment recipe(String file) {
    return Experiment.load("conf/" + file + ".yaml", List.of(), new Configuration());
  }

  /**
   * The method.
   *
   * @param resampling exponent of the inverse class counts in the second loader
   * @param labels exponent of the inverse class counts in the re-balanced loss
   * @param similarity weight of the similarity of the two views
   */
  private static String method(double resampling, double labels, int similarity) {
    return "partners: {type: power-weighted, exponent: %s}, rebalance: {type: weighted-cross-entropy, weights: {type: inverse-power, exponent: %s}, divisor: samples}, similarity: %d"
        .formatted(resampling, labels, similarity);
  }

  private static void same(Experiment recipe, String expected) {
    Experiment wanted = Experiment.parse(expected, "expected", List.of());
    assertThat(recipe.stages()).isEqualTo(wanted.stages());
    assertThat(recipe.model().backbone()).isEqualTo(wanted.model().backbone());
    assertThat(recipe.model().head()).isEqualTo(wanted.model().head());
    assertThat(recipe.data().transforms()).isEqualTo(wanted.data().transforms());
  }

  /** Accuracies: as updated and of the paper, without and with MaxNorm. */
  @ParameterizedTest
  @CsvSource({
    "10, 100, 0.0, 1.2, 1, 88.50, 87.75, 89.58, 87.57",
    "10, 50, 0.0, 1.2, 1, 91.04, 90.18, 92.04, 90.22",
    "10, 10, 0.2, 1.0, 2, 94.87, 94.04, 95.00, 94.03",
    "100, 100, 0.0, 1.2, 4, 57.97, 55.88, 58.41, 57.11",
    "100, 50, 0.2, 1.2, 6, 63.78, 61.08, 64.57, 62.32",
    "100, 10, 0.2, 1.2, 4, 73.40, 70.74, 74.28, 72.33"
  })
  void onCifar(
      int set,
      int factor,
      double resampling,
      double labels,
      int similarity,
      double updated,
      double paper,
      double updatedMaxNorm,
      double paperMaxNorm) {
    String suffix = factor == 100 ? "" : "-if" + factor;
    String stage = CIFAR.formatted(method(resampling, labels, similarity));
    Experiment plain = recipe("cifar%d-lt/glmc%s".formatted(set, suffix));
    same(plain, stage);
    reports(plain, factor, updated, paper);
    Experiment constrained = recipe("cifar%d-lt/glmc-maxnorm%s".formatted(set, suffix));
    same(constrained, stage + MAX_NORM);
    reports(constrained, factor, updatedMaxNorm, paperMaxNorm);
  }

  private static void reports(Experiment recipe, int factor, double updated, double paper) {
    assertThat(recipe.data().imbalanceFactor()).contains((double) factor);
    assertThat(recipe.data().subset()).contains(new SubsetSelection.NumpyShuffle(3407));
    assertThat(recipe.data().shots()).contains(Shots.parse(">100,<=20"));
    Published published = recipe.published().orElseThrow();
    assertThat(published.accuracy()).isEqualTo(updated);
    assertThat(published.others()).extracting(Published.Other::accuracy).containsExactly(paper);
  }

  @ParameterizedTest
  @CsvSource({"imagenet-lt, 135, 120, 2e-4, 56.3", "inat2018, 120, 128, 1e-4, 72.21"})
  void onLargeImages(String set, int epochs, int batch, double decay, double accuracy) {
    Experiment recipe = recipe(set + "/glmc");
    assertThat(recipe.data().shots()).contains(Shots.parse(">100,<=20"));
    same(recipe, LARGE.formatted(epochs, batch, method(0.2, 1.0, 10), decay));
    assertThat(recipe.published().orElseThrow().accuracy()).isEqualTo(accuracy);
  }

  /** Balanced softmax takes the place of the re-balanced loss, RandAugment that of the blur. */
  @Test
  void variantsOnImageNetLt() {
    String plain = LARGE.formatted(135, 120, method(0.2, 1.0, 10), "2e-4");
    String balanced =
        "partners: {type: power-weighted, exponent: 0.2}, rebalance: balanced-softmax, similarity: 10";
    same(recipe("imagenet-lt/glmc-balanced-softmax"), LARGE.formatted(135, 120, balanced, "2e-4"));
    Experiment augmented = recipe("imagenet-lt/glmc-randaugment");
    Experiment expected =
        Experiment.parse(
            plain,
            "expected",
            List.of(
                "data.transforms=[{type: random-resized-crop, size: 224}, horizontal-flip, {type: color-jitter, brightness: 0.4, contrast: 0.4, saturation: 0.4}, {type: rand-augment, config: rand-n2-m10-mstd0.5}]"));
    assertThat(augmented.stages()).isEqualTo(expected.stages());
    assertThat(augmented.data().transforms()).isEqualTo(expected.data().transforms());
  }
}
