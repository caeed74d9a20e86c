package longtail.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.config.Yaml;
import longtail.dataset.ClassCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class LossTest {
  private static final ClassCounts COUNTS = ClassCounts.of(500, 120, 30, 6, 1);
  private static final int[] LABELS = {0, 4, 2, 2, 1, 3, 4};

  static Stream<Loss> losses() {
    return Stream.of(
        new CrossEntropy(),
        new CrossEntropy(Reduction.SUM),
        new BalancedSoftmax(),
        new BalancedSoftmax(Reduction.SUM));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradientIsThatOfCentralDifferences(Loss loss) {
    LossFunction function = loss.bind(COUNTS);
    INDArray logits = randomLogits(3);
    INDArray gradient = function.evaluate(logits, LABELS).gradLogits().dup();
    double h = 1e-6;
    for (int i = 0; i < LABELS.length; i++) {
      for (int c = 0; c < COUNTS.classes(); c++) {
        double kept = logits.getDouble(i, c);
        double above = function.evaluate(logits.putScalar(i, c, kept + h), LABELS).value();
        double below = function.evaluate(logits.putScalar(i, c, kept - h), LABELS).value();
        logits.putScalar(i, c, kept);
        assertThat(gradient.getDouble(i, c)).isCloseTo((above - below) / (2 * h), within(1e-8));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradientOfEachSampleSumsToZero(Loss loss) {
    INDArray gradient = loss.bind(COUNTS).evaluate(randomLogits(3), LABELS).gradLogits();
    assertThat(gradient.sum(1).norm2Number().doubleValue()).isLessThan(1e-14);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void addingAConstantToTheLogitsChangesNothing(Loss loss) {
    LossFunction function = loss.bind(COUNTS);
    double value = function.evaluate(randomLogits(3), LABELS).value();
    assertThat(function.evaluate(randomLogits(3).addi(1000), LABELS).value())
        .isCloseTo(value, within(1e-10));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void logitsOfAnySizeGiveFiniteValues(Loss loss) {
    INDArray logits = randomLogits(1e30);
    LossValue value = loss.bind(COUNTS).evaluate(logits, LABELS);
    assertThat(value.value()).isFinite();
    assertThat(value.gradLogits().data().asDouble()).doesNotContain(Double.NaN);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void float32LogitsGiveTheSameWithinTheirPrecision(Loss loss) {
    INDArray logits = randomLogits(3).castTo(DataType.FLOAT);
    LossValue single = loss.bind(COUNTS).evaluate(logits, LABELS);
    LossValue precise = loss.bind(COUNTS).evaluate(logits.castTo(DataType.DOUBLE), LABELS);
    assertThat(single.value()).isEqualTo(precise.value());
    assertThat(single.gradLogits().dataType()).isEqualTo(DataType.FLOAT);
    assertThat(single.gradLogits().castTo(DataType.DOUBLE).distance2(precise.gradLogits()))
        .isLessThan(1e-6);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void aViewGivesTheSameAsItsCopy(Loss loss) {
    INDArray wide = Nd4j.rand(DataType.DOUBLE, 2 * LABELS.length, COUNTS.classes() + 3);
    INDArray view =
        wide.get(
            NDArrayIndex.interval(LABELS.length, 2 * LABELS.length),
            NDArrayIndex.interval(2, 2 + COUNTS.classes()));
    LossValue ofView = loss.bind(COUNTS).evaluate(view, LABELS);
    LossValue ofCopy = loss.bind(COUNTS).evaluate(view.dup('f'), LABELS);
    assertThat(ofView.value()).isEqualTo(ofCopy.value());
    assertThat(Bits.of(ofView.gradLogits())).isEqualTo(Bits.of(ofCopy.gradLogits()));
  }

  @Test
  void valueIsTheMeanOrTheSumOfTheSamples() {
    LossValue mean = new CrossEntropy().bind(COUNTS).evaluate(randomLogits(1), LABELS);
    LossValue sum = new CrossEntropy(Reduction.SUM).bind(COUNTS).evaluate(randomLogits(1), LABELS);
    assertThat(sum.value()).isCloseTo(LABELS.length * mean.value(), within(1e-12));
    assertThat(sum.samples()).isEqualTo(mean.samples());
  }

  @Test
  void balancedSoftmaxDependsOnTheRatiosOfTheCountsOnly() {
    LossValue value =
        new BalancedSoftmax().bind(ClassCounts.of(5, 2, 1, 3, 4)).evaluate(randomLogits(2), LABELS);
    LossValue scaled =
        new BalancedSoftmax()
            .bind(ClassCounts.of(50, 20, 10, 30, 40))
            .evaluate(randomLogits(2), LABELS);
    assertThat(scaled.value()).isCloseTo(value.value(), within(1e-12));
  }

  @Test
  void aClassWithoutTrainingImagesHasNoGradient() {
    LossValue value =
        new BalancedSoftmax()
            .bind(ClassCounts.of(5, 0, 1))
            .evaluate(Nd4j.zeros(DataType.DOUBLE, 2, 3), new int[] {0, 2});
    assertThat(value.value()).isFinite();
    assertThat(value.gradLogits().getColumn(1).toDoubleVector()).containsExactly(0, 0);
  }

  @Test
  void aLabelWithoutTrainingImagesIsRefused() {
    LossFunction loss = new BalancedSoftmax().bind(ClassCounts.of(5, 0, 1));
    assertThatThrownBy(() -> loss.evaluate(Nd4j.zeros(DataType.DOUBLE, 2, 3), new int[] {0, 1}))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("label 1")
        .hasMessageContaining("no training images");
  }

  @Test
  void wrongShapesAndLabelsAreRefused() {
    LossFunction loss = new CrossEntropy().bind(COUNTS);
    assertThatThrownBy(() -> loss.evaluate(Nd4j.zeros(2, 4), new int[] {0, 1}))
        .hasMessageContaining("[2, 5]");
    assertThatThrownBy(() -> loss.evaluate(Nd4j.zeros(2, 5), new int[] {0, 5}))
        .hasMessageContaining("position 1 was 5");
    assertThatThrownBy(() -> loss.evaluate(Nd4j.zeros(DataType.INT32, 1, 5), new int[] {0}))
        .hasMessageContaining("float32 or float64");
  }

  @Test
  void lossesAreNamedInTheExperimentFile() {
    assertThat(Yaml.read("{loss: balanced-softmax}", "test", Named.class).loss())
        .isEqualTo(new BalancedSoftmax());
    assertThat(
            Yaml.read("{loss: {type: cross-entropy, reduction: sum}}", "test", Named.class).loss())
        .isEqualTo(new CrossEntropy(Reduction.SUM));
  }

  record Named(Loss loss) {}

  private static INDArray randomLogits(double scale) {
    SplittableRandom random = RandomStreams.of(5);
    double[][] logits = new double[LABELS.length][COUNTS.classes()];
    for (double[] row : logits) {
      for (int c = 0; c < row.length; c++) {
        row[c] = scale * RandomStreams.gaussian(random);
      }
    }
    return Nd4j.createFromArray(logits);
  }
}
