package longtail.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import longtail.LongTailException;
import longtail.image.augment.HorizontalFlip;
import longtail.image.augment.PadCrop;
import longtail.loss.CrossEntropy;
import longtail.method.supervised.Supervised;
import longtail.nn.backbone.Resnet32;
import longtail.optim.Cosine;
import longtail.optim.Sgd;
import longtail.sample.InstanceSampler;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExperimentTest {
  private static final String SMALLEST = "{name: small, stages: [{epochs: 3}]}";

  private static final String FULL =
      """
      name: decoupled
      seed: 7
      data:
        manifest: data-manifests/cifar100-lt.yaml
        imbalance-factor: 100
        meta-per-class: 10
        transforms: [{type: pad-crop, padding: 4, mode: reflect}, {type: horizontal-flip}]
      model: {backbone: {type: resnet32, shortcut: b}, head: linear, precision: float64}
      stages:
        - name: representation
          epochs: 200
          batch-size: 100
          loss: {type: cross-entropy}
          optimizer: {type: sgd, lr: 0.1, momentum: 0.9, nesterov: true, weight-decay: 5.0e-4}
          schedule: {type: cosine}
          last-batch: keep
        - name: classifier
          epochs: 10
          sampler: class-balanced
          loss: balanced-softmax
          freeze: backbone
          frozen-norm: running
          reinitialize: head
      averaging: {every: 5, scope: round}
      checkpoints: {every-epochs: 10, keep: 3, best-metric: top1, every-steps: 1000}
      evaluation: {every-epochs: 5, batch-size: 500}
      loading: {threads: 2}
      published: {accuracy: 47.5, few: 30, source: "a paper, Table 1"}
      """;

  @Test
  void aNameAndAnEpochCountSuffice() {
    Experiment experiment = parse(SMALLEST);
    Stage stage = experiment.stages().get(0);
    assertThat(experiment.model().backbone()).isInstanceOf(Resnet32.class);
    assertThat(stage.method()).isEqualTo(new Supervised());
    assertThat(stage.sampler()).isEqualTo(new InstanceSampler());
    assertThat(stage.loss()).isEqualTo(new CrossEntropy());
    assertThat(stage.optimizer()).isInstanceOf(Sgd.class);
    assertThat(stage.schedule()).isInstanceOf(Cosine.class);
    assertThat(experiment.data().transforms())
        .hasExactlyElementsOfTypes(PadCrop.class, HorizontalFlip.class);
  }

  @Test
  void everyKeyIsBound() {
    Experiment experiment = parse(FULL);
    assertThat(experiment.stages()).hasSize(2);
    Stage classifier = experiment.stages().get(1);
    assertThat(classifier.freeze()).isEqualTo(new Freeze.Backbone());
    assertThat(classifier.reinitialize()).isEqualTo(Stage.Reinitialize.HEAD);
    assertThat(experiment.checkpoints().bestMetric().key()).isEqualTo("top1");
    assertThat(experiment.checkpoints().everySteps()).hasValue(1000);
    assertThat(experiment.published())
        .contains(
            new Published(
                47.5,
                Optional.empty(),
                Optional.empty(),
                Optional.of(30.0),
                "a paper, Table 1",
                List.of()));
  }

  @Test
  void theEffectiveFileReadsBackAsTheSameExperiment() {
    for (String text : List.of(SMALLEST, FULL)) {
      Experiment experiment = parse(text);
      assertThat(parse(experiment.yaml())).isEqualTo(experiment);
      assertThat(experiment.yaml()).contains("momentum", "precision", "last-batch");
    }
  }

  @Test
  void aStageThatEndsBeforeItsMethodLearnsFromTheMetaSetIsRecognised() {
    for (int epochs : new int[] {160, 161}) {
      Experiment experiment =
          Experiment.load(
              "conf/cifar100-lt/metasaug-ce.yaml",
              List.of("stages.0.epochs=" + epochs),
              new Configuration());
      assertThat(experiment.stages().get(0).endsBeforeMeta()).isEqualTo(epochs == 160);
    }
  }

  @Test
  void overridesActInOrder(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("experiment.yaml"), SMALLEST);
    Experiment experiment =
        Experiment.load(
            file.toString(),
            List.of("stages.0.epochs=5", "stages.0.epochs=6", "seed=9"),
            new Configuration());
    assertThat(experiment.stages().get(0).epochs()).isEqualTo(6);
    assertThat(experiment.seed()).isEqualTo(9);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> Experiment.load("/no/such/file.yaml", List.of(), new Configuration()))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("/no/such/file.yaml");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: a, stages: [{epochs: 3, bach-size: 4}]} | batch-size",
        "{name: a, stages: [{epochs: 3, optimizer: {type: sgd, momentun: 1}}]} | momentum",
        "{name: a, stages: [{epochs: 0}]} | epochs must be at least 1, was 0",
        "{name: a, stages: [{epochs: 1, batch-size: 0}]} | batch-size must be at least 1",
        "{name: a, stages: []} | stages must not be empty",
        "{name: a, stages: [{epochs: 1, method: metasaug}], model: {head: cosine}}"
            + "| model.head must be linear",
        "{name: a, stages: [{epochs: 1, method: metasaug}], model: {precision: bfloat16}}"
            + "| model.precision must be float32",
        "{name: '', stages: [{epochs: 1}]} | name must not be empty",
        "{name: a, stages: [{epochs: 1}, {epochs: 1}]} | two are called 'training'",
        "{name: a, stages: [{epochs: 1}], averaging: {every: 0}} | every must be at least 1",
        "{name: a, stages: [{epochs: 1}], checkpoints: {keep: 0}} | keep must be at least 1",
        "{name: a, stages: [{epochs: 1}], data: {imbalance-factor: 0.5}} | imbalance-factor",
        "{name: a, stages: [{epochs: 1}], published: {source: b}} | published.accuracy is missing",
        "{name: a, stages: [{epochs: 1}], published: {accuracy: 1}} | published.source is missing",
        "{name: a, stages: [{epochs: 1}], published: {accuracy: 1, source: ' '}} | source",
        "{name: a, stages: [{epochs: 1}], published: {accuracy: 101, source: b}} | 0 to 100",
        "{name: a, stages: [{epochs: 1}], published: {accuracy: 1, few: -1, source: b}} | few must",
        "{name: a, stages: [{epochs: 1}], published: {error: 1, source: b}} | published.error",
        "{name: a, stages: [{epochs: 1, sampler: instances}]} | instance",
        "{name: a, stages: [{epochs: 1, method: glmc}]} | model.head: glmc",
      })
  void whatIsWrongIsNamed(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(LongTailException.class)
        .hasMessageStartingWith("test.yaml: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "stages.0.optimizer.lr=0.05, stages.0.optimizer.lr was 0.1",
    "seed=8, seed was 7",
    "stages.1.sampler=instance, stages.1.sampler",
    "averaging.every=1, averaging.every was 5"
  })
  void aChangeOfTheResultIsADifference(String change, String message) {
    assertThat(ExperimentDifference.between(parse(FULL), changed(change)).values())
        .singleElement()
        .asString()
        .contains(message);
  }

  @ParameterizedTest
  @CsvSource({
    "checkpoints.every-epochs=1",
    "evaluation.batch-size=3",
    "loading.threads=8",
    "published.accuracy=48",
    "data.dir=/elsewhere"
  })
  void aChangeThatLeavesTheResultAsItIsIsNone(String change) {
    assertThat(ExperimentDifference.between(parse(FULL), changed(change))).isEmpty();
  }

  private static Experiment parse(String text) {
    return Experiment.parse(text, "test.yaml", List.of());
  }

  private static Experiment changed(String assignment) {
    return Experiment.parse(FULL, "test.yaml", List.of(assignment));
  }
}
