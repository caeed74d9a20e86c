package longtail.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.config.Yaml;
import longtail.dataset.ClassCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What sets the losses apart, what they have in common, and how experiment files name them. */
class LossBehaviourTest {
  private static final ClassCounts COUNTS = ClassCounts.of(500, 120, 30, 6, 1);
  private static final int[] LABELS = {0, 4, 2, 2, 1, 3, 4};

  record Named(Loss loss) {}

  private static Loss named(String loss) {
    return Yaml.read("{loss: " + loss + "}", "test", Named.class).loss();
  }

  private static INDArray logits() {
    return Losses.gaussian(RandomStreams.of(5), 2, LABELS.length, COUNTS.classes());
  }

  private static double value(Loss loss, int... labels) {
    return loss.bind(COUNTS).evaluate(logits().get(interval(labels)), labels).value();
  }

  private static INDArrayIndex interval(int[] labels) {
    return NDArrayIndex.interval(0, labels.length);
  }

  static List<Loss> losses() {
    return Losses.ALL;
  }

  @ParameterizedTest
  @MethodSource("losses")
  void everyLossIsWrittenAndReadBack(Loss loss) {
    assertThat(Yaml.read(Yaml.write(new Named(loss)), "test", Named.class).loss()).isEqualTo(loss);
  }

  @Test
  void lossesAreNamedInTheExperimentFile() {
    assertThat(named("{type: ldam, scale: 30}")).isEqualTo(new Ldam(30, 0.5));
    assertThat(named("{type: focal, weights: {type: cost}}"))
        .isEqualTo(new Focal(2, new ClassWeighting.Cost(1)));
    assertThat(named("cost-sensitive")).isEqualTo(new CostSensitive(1));
    assertThat(named("{type: class-balanced, beta: 0.9}")).isEqualTo(new ClassBalanced(0.9));
    assertThat(named("{type: label-aware-smoothing, shape: linear}"))
        .isEqualTo(new LabelAwareSmoothing(0.4, 0.1, LabelAwareSmoothing.Shape.LINEAR));
    assertThat(named("{type: weighted-cross-entropy, weights: {type: given, values: [1, 2]}}"))
        .isEqualTo(new WeightedCrossEntropy(new ClassWeighting.Given(List.of(1.0, 2.0))));
    assertThat(named("{type: deferred, start-epoch: 160, loss: balanced-softmax}"))
        .isEqualTo(new Deferred(160, new BalancedSoftmax(), Deferred.Timing.PUBLISHED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{type: ldam, scale: 0}",
        "{type: ldam, skale: 30}",
        "{type: focal, gamma: -1}",
        "{type: class-balanced, beta: 1}",
        "{type: label-smoothing, epsilon: 1.5}",
        "{type: label-aware-smoothing, tail: 0.5}",
        "{type: influence-balanced, alpha: 0}",
        "{type: seql, gamma: 2}",
        "{type: weighted-cross-entropy}",
        "{type: deferred, start-epoch: 5, loss: cross-entropy}",
        "{type: deferred, start-epoch: -1, loss: cdt}",
        "{type: deferred, start-epoch: 5, loss: {type: focal, gamma: 1}}"
      })
  void misspeltKeysAndValuesOutOfRangeAreRefused(String loss) {
    assertThatThrownBy(() -> named(loss))
        .isInstanceOf(LongTailException.class)
        .hasMessageStartingWith("test: loss");
  }

  @Test
  void aWeightedMeanIsNotTouchedByTheWeightsInABatchOfOneClass() {
    for (Loss loss : List.of(new CostSensitive(1), new ClassBalanced(0.999))) {
      assertThat(value(loss, 2, 2, 2)).isCloseTo(value(new CrossEntropy(), 2, 2, 2), within(1e-12));
      assertThat(value(loss, 0, 4)).isNotCloseTo(value(new CrossEntropy(), 0, 4), within(1e-3));
    }
  }

  @Test
  void aBatchThatWeighsNothingHasNoLossAndNoGradient() {
    LossValue value =
        new WeightedCrossEntropy(new ClassWeighting.Given(List.of(0.0, 0.0, 1.0, 1.0, 1.0)))
            .bind(COUNTS)
            .evaluate(logits(), new int[] {0, 1, 0, 1, 0, 1, 0});
    assertThat(value.value()).isZero();
    assertThat(value.gradLogits().norm2Number().doubleValue()).isZero();
    assertThatThrownBy(
            () -> new WeightedCrossEntropy(new ClassWeighting.Given(List.of(1.0))).bind(COUNTS))
        .hasMessageContaining("each of the 5 classes, named 1");
  }

  @Test
  void lossesMeetAtTheEndsOfTheirRanges() {
    double plain = value(new CrossEntropy(), LABELS);
    assertThat(value(new CostSensitive(0), LABELS)).isCloseTo(plain, within(1e-12));
    assertThat(value(new Ldam(1, 0), LABELS)).isCloseTo(plain, within(1e-12));
    assertThat(value(new Cdt(0), LABELS)).isCloseTo(plain, within(1e-12));
    assertThat(value(new LabelSmoothing(0), LABELS)).isCloseTo(plain, within(1e-12));
    assertThat(value(new LogitAdjustment(0), LABELS)).isCloseTo(plain, within(1e-12));
    assertThat(value(new LogitAdjustment(1), LABELS))
        .isCloseTo(value(new BalancedSoftmax(), LABELS), within(1e-12));
    assertThat(value(new LabelAwareSmoothing(0.3, 0.3, LabelAwareSmoothing.Shape.CONCAVE), LABELS))
        .isCloseTo(value(new LabelSmoothing(0.3), LABELS), within(1e-12));
    assertThat(value(new Seql(0, 1), LABELS)).isCloseTo(plain, within(1e-12));
    assertThat(value(new Seql(1, 1), LABELS)).as("nobody but the label is left").isZero();
  }

  @Test
  void equalClassesAreSmoothedAsTheRarest() {
    assertThat(
            new LabelAwareSmoothing(0.4, 0.1, LabelAwareSmoothing.Shape.CONVEX)
                .amounts(ClassCounts.of(7, 7)))
        .containsExactly(new double[] {0.1, 0.1}, within(1e-15));
  }

  @Test
  void deferredReweightingFollowsTheEpochs() {
    Loss deferred = new Deferred(3, new CostSensitive(1), Deferred.Timing.PUBLISHED);
    LossFunction loss = deferred.bind(COUNTS);
    double plain = value(new CrossEntropy(), LABELS);
    double late = value(new CostSensitive(1), LABELS);
    assertThat(loss.evaluate(logits(), LABELS).value()).isEqualTo(plain);
    loss.epoch(2);
    assertThat(loss.evaluate(logits(), LABELS).value()).isEqualTo(plain);
    loss.epoch(3);
    assertThat(loss.evaluate(logits(), LABELS).value()).isEqualTo(late);
    loss.epoch(1);
    assertThat(loss.evaluate(logits(), LABELS).value()).as("a resumed epoch").isEqualTo(plain);
  }

  @Test
  void publishedLdamIsReweightedOneEpochEarly() {
    Ldam ldam = new Ldam(30, 0.5, new ClassWeighting.EffectiveNumber(0.9999));
    assertThat(new Deferred(160, ldam, Deferred.Timing.PUBLISHED).firstEpoch()).isEqualTo(159);
    assertThat(new Deferred(160, ldam, Deferred.Timing.INTENDED).firstEpoch()).isEqualTo(160);
    assertThat(new Deferred(160, new Cdt(1), Deferred.Timing.PUBLISHED).firstEpoch())
        .isEqualTo(160);
  }

  @Test
  void influenceNeedsFeatures() {
    assertThatThrownBy(() -> value(new InfluenceBalanced(1000), LABELS))
        .hasMessageContaining("features");
    assertThatThrownBy(
            () ->
                new InfluenceBalanced(1000)
                    .bind(COUNTS)
                    .evaluate(LossBatch.of(Nd4j.zeros(2, 3), logits(), LABELS)))
        .hasMessageContaining("[batch, width]");
  }

  @Test
  void aStudentThatAgreesWithItsTeacherLearnsFromTheLabelsAlone() {
    LossBatch batch = LossBatch.of(logits(), LABELS);
    LossValue value =
        new Distillation(0.4, 2, 1, new CrossEntropy()).bind(COUNTS, 0).evaluate(batch, logits());
    LossValue labels = new CrossEntropy().bind(COUNTS).evaluate(batch);
    assertThat(value.value()).isCloseTo(0.6 * labels.value(), within(1e-12));
    assertThat(value.gradLogits().distance2(labels.gradLogits().mul(0.6))).isLessThan(1e-14);
    assertThatThrownBy(
            () ->
                new Distillation(0.4, 2, 1, new CrossEntropy())
                    .bind(COUNTS, 0)
                    .evaluate(batch, Nd4j.zeros(1, 5)))
        .hasMessageContaining("teacher");
  }
}
