package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The recipes of decoupled training have the numbers of the configurations that were published with
 * Balanced Meta-Softmax; so do BBN, weight balancing and OLTR those of their own code.
 */
class DecouplingRecipesTest {
  private static final String FEATURES =
      """
      name: expected
      data: {transforms: [{type: random-resized-crop, size: 224}, horizontal-flip]}
      model: {backbone: {type: resnet, depth: 50, weights: fan-out}, head: {type: linear, weights: uniform}}
      stages:
        - name: representation
          epochs: 90
          batch-size: 512
          last-batch: drop
          loss: cross-entropy
          sampler: instance
          optimizer: {type: sgd, lr: 0.2, momentum: 0.9, nesterov: false, weight-decay: 5.0e-4}
          schedule: {type: cosine, minimum: 0, counting: from-one}
      """;

  private static final String JITTER =
      "data.transforms=[{type: random-resized-crop, size: 224}, horizontal-flip, {type: color-jitter, brightness: 0.4, contrast: 0.4, saturation: 0.4}]";
  private static final String RESNEXT = "model.backbone={type: resnext, depth: 50}";
  private static final String AWARE = "stages.0.sampler={type: class-aware, per-class: 4}";
  private static final List<String> CLASSIFIER =
      List.of("stages.0.name=classifier", "stages.0.freeze=backbone", "stages.0.frozen-norm=batch");
  private static final String FRESH = "stages.0.reinitialize=head";
  private static final List<String> SCALES =
      List.of(
          "stages.0.name=scales",
          "stages.0.epochs=5",
          "stages.0.freeze=backbone",
          "stages.0.frozen-norm=batch",
          AWARE,
          "model.head=lws");

  private static Experiment recipe(String file) {
    return Experiment.load("conf/" + file + ".yaml", List.of(), new Configuration());
  }

  private static void is(String file, List<String> changes, String... more) {
    List<String> all = new ArrayList<>(changes);
    all.addAll(List.of(more));
    Experiment expected = Experiment.parse(FEATURES, file, all);
    Experiment recipe = recipe(file);
    assertThat(recipe.stages()).as(file).isEqualTo(expected.stages());
    assertThat(recipe.model().backbone()).as(file).isEqualTo(expected.model().backbone());
    assertThat(recipe.model().head()).as(file).isEqualTo(expected.model().head());
    assertThat(recipe.data().transforms()).as(file).isEqualTo(expected.data().transforms());
  }

  @Test
  void featuresOfImageNetLt() {
    String set = "imagenet-lt/decoupling-";
    List<String> same = List.of(JITTER, RESNEXT);
    is(set + "cross-entropy", same);
    is(set + "class-balanced-sampling", same, AWARE);
    is(
        set + "progressive-sampling",
        same,
        "stages.0.sampler={type: class-priority, weights: {shift: linear}}");
    is(
        set + "square-root-sampling",
        same,
        "stages.0.sampler={type: class-priority, weights: {lambda: 1, root: 2}}");
    is(set + "crt", CLASSIFIER, JITTER, RESNEXT, AWARE, FRESH, "stages.0.epochs=10");
    is(set + "lws", SCALES, JITTER, RESNEXT);
  }

  @Test
  void featuresOfINaturalist() {
    String set = "inat2018/decoupling-";
    String decay = "stages.0.optimizer.weight-decay=1.0e-4";
    is(set + "cross-entropy", List.of(decay));
    is(set + "crt", CLASSIFIER, decay, AWARE, FRESH, "stages.0.epochs=30");
    is(set + "lws", SCALES, decay);
  }

  /** The features come from ImageNet; only their last block is trained anew. */
  @Test
  void placesLt() {
    List<String> same =
        List.of(
            JITTER,
            "model.backbone={type: resnet, depth: 152}",
            "stages.0.batch-size=256",
            "stages.0.epochs=10");
    is(
        "places-lt/decoupling-cross-entropy",
        same,
        "stages.0.epochs=30",
        "stages.0.freeze={type: layers, names: [conv1, bn1, layer1, layer2, layer3]}",
        FRESH,
        "stages.0.optimizer.lr=0.1",
        "stages.0.groups={backbone-rate: 0.1}");
    assertThat(recipe("places-lt/decoupling-cross-entropy").published().orElseThrow().accuracy())
        .isEqualTo(30.2);
    List<String> second = Stream.concat(same.stream(), CLASSIFIER.stream()).toList();
    is("places-lt/decoupling-crt", second, AWARE, FRESH, "stages.0.optimizer.lr=0.1");
    is(
        "places-lt/balms-decoupled-balanced-softmax",
        second,
        FRESH,
        "stages.0.loss=balanced-softmax",
        "stages.0.optimizer.lr=0.02");
    is("places-lt/decoupling-lws", same, concat(SCALES, "stages.0.optimizer.lr=0.1"));
  }

  private static String[] concat(List<String> first, String second) {
    return Stream.concat(first.stream(), Stream.of(second)).toArray(String[]::new);
  }

  @Test
  void theOtherRecipesOfBalancedMetaSoftmaxOnImageNetLt() {
    List<String> same = List.of(JITTER, "model.backbone={type: resnet, depth: 10}");
    String train = "stages.0.name=train";
    is("imagenet-lt/balms-cross-entropy", same, train);
    is("imagenet-lt/balms-balanced-softmax", same, train, "stages.0.loss=balanced-softmax");
    String second =
        "stages.1={name: classifier, epochs: 10, batch-size: 512, loss: %s, freeze: backbone, frozen-norm: batch, reinitialize: head, optimizer: {type: sgd, lr: %s, momentum: 0.9, weight-decay: 5.0e-4}, schedule: {type: cosine, counting: from-one}}";
    is(
        "imagenet-lt/balms-decoupled-balanced-softmax",
        same,
        second.formatted("balanced-softmax", "0.4"));
    is("imagenet-lt/balms-decoupled-cross-entropy", same, second.formatted("cross-entropy", "0.2"));
  }

  /** MetaSAug's own code begins with its second stage. */
  @ParameterizedTest
  @CsvSource({"imagenet-lt, 47.67", "inat2018, 69.50"})
  void metasaugFromPublishedFeatures(String set, double accuracy) {
    Experiment whole = recipe(set + "/metasaug");
    Experiment second = recipe(set + "/metasaug-from-weights");
    assertThat(second.stages()).isEqualTo(whole.stages().subList(1, 2));
    assertThat(second.data()).isEqualTo(whole.data());
    assertThat(second.model().backbone()).isEqualTo(whole.model().backbone());
    assertThat(second.model().weights()).isPresent();
    assertThat(second.published().orElseThrow().accuracy()).isEqualTo(accuracy);
  }

  @ParameterizedTest
  @CsvSource({"10, 79.82", "100, 42.56"})
  void bbn(int set, double accuracy) {
    Experiment recipe = recipe("cifar%d-lt/bbn".formatted(set));
    Experiment expected =
        Experiment.parse(
            """
            name: expected
            model: {backbone: {type: bilateral, trunk: resnet32}}
            stages:
              - name: train
                epochs: 200
                batch-size: 128
                method: {type: bbn, rebalancing: reverse}
                optimizer: {type: sgd, lr: 0.1, momentum: 0.9, nesterov: true, weight-decay: 2.0e-4}
                schedule: {type: warmup-multistep, warmup: 5, milestones: [120, 160], factor: 0.01, counting: from-one}
            """,
            "expected",
            List.of());
    assertThat(recipe.stages()).isEqualTo(expected.stages());
    assertThat(recipe.model()).isEqualTo(expected.model());
    assertThat(recipe.published().orElseThrow().accuracy()).isEqualTo(accuracy);
  }

  /** The second stage is that of GLMC's MaxNorm, which was built on it. */
  @ParameterizedTest
  @CsvSource({"10", "100"})
  void weightBalancing(int set) {
    Stage second = recipe("cifar%d-lt/weight-balancing".formatted(set)).stages().get(1);
    Stage maxNorm = recipe("cifar%d-lt/glmc-maxnorm".formatted(set)).stages().get(1);
    assertThat(second.loss()).isEqualTo(maxNorm.loss());
    assertThat(second.optimizer()).isEqualTo(maxNorm.optimizer());
    assertThat(second.schedule()).isEqualTo(maxNorm.schedule());
    assertThat(second.constraint()).isEqualTo(maxNorm.constraint());
    assertThat(second.epochs()).isEqualTo(maxNorm.epochs());
    assertThat(second.batching()).isEqualTo(maxNorm.batching());
  }

  @Test
  void oltr() {
    Stage plain = recipe("imagenet-lt/oltr-plain").stages().get(0);
    Stage memory = recipe("imagenet-lt/oltr").stages().get(0);
    Experiment expected =
        Experiment.parse(
            """
            name: expected
            stages:
              - name: plain
                epochs: 30
                batch-size: 256
                optimizer: {type: sgd, lr: 0.1, momentum: 0.9, weight-decay: 5.0e-4}
                schedule: {type: step, every: 10, factor: 0.1, counting: from-one}
              - name: meta-embedding
                epochs: 60
                batch-size: 256
                sampler: {type: class-aware, per-class: 4}
                optimizer: {type: sgd, lr: 0.1, momentum: 0.9, weight-decay: 5.0e-4}
                groups: {backbone-rate: 0.1}
                schedule: {type: step, every: 20, factor: 0.1, counting: from-one}
            """,
            "expected",
            List.of());
    assertThat(plain).isEqualTo(expected.stages().get(0));
    assertThat(memory)
        .usingRecursiveComparison()
        .ignoringFields("method", "reinitialize")
        .isEqualTo(expected.stages().get(1));
  }
}
