package longtail.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Closed-form gradients against central differences on random shapes. */
class LossGradientTest {
  private static final double STEP = 1e-6;

  static List<Loss> losses() {
    return Losses.ALL;
  }

  static Stream<Distillation> distillations() {
    return Stream.of(
        new Distillation(0.5, 2, 0.5, new BalancedSoftmax()),
        new Distillation(0.3, 3, 1, new ClassBalanced(0.9)),
        new Distillation(1, 1, 0, new CrossEntropy()),
        new Distillation(0.7, 2, 0.5, new InfluenceBalanced(10)));
  }

  /** One batch of a random shape with its training set. */
  private record Example(
      ClassCounts counts, INDArray features, INDArray logits, INDArray teacher, int[] labels) {
    static Example of(int number) {
      SplittableRandom random = RandomStreams.of(11, number);
      int batch = 1 + random.nextInt(6);
      int classes = 2 + random.nextInt(6);
      int width = 1 + random.nextInt(5);
      return new Example(
          ClassCounts.of(random.ints(classes, 1, 500).toArray()),
          Losses.gaussian(random, 1, batch, width),
          Losses.gaussian(random, 2, batch, classes),
          Losses.gaussian(random, 2, batch, classes),
          random.ints(batch, 0, classes).toArray());
    }

    LossBatch batch() {
      return LossBatch.of(features, logits, labels);
    }
  }

  @Test
  void everyLossIsHere() {
    Set<Class<?>> here = losses().stream().map(Object::getClass).collect(Collectors.toSet());
    assertThat(here).isEqualTo(Losses.members(Loss.class).collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradientsAreThoseOfCentralDifferences(Loss loss) {
    for (int number = 0; number < 8; number++) {
      Example example = Example.of(number);
      LossFunction function = loss.bind(example.counts, 3);
      check(example, function::evaluate);
    }
  }

  @ParameterizedTest
  @MethodSource("distillations")
  void gradientsOfDistillationAreThoseOfCentralDifferences(Distillation distillation) {
    for (int number = 0; number < 8; number++) {
      Example example = Example.of(number);
      DistillationFunction function = distillation.bind(example.counts, 3);
      check(example, batch -> function.evaluate(batch, example.teacher));
    }
  }

  private interface Evaluation {
    LossValue of(LossBatch batch);
  }

  private static void check(Example example, Evaluation evaluation) {
    LossValue value = evaluation.of(example.batch());
    INDArray gradLogits = value.gradLogits().dup();
    INDArray gradFeatures =
        value.gradFeatures().map(INDArray::dup).orElse(Nd4j.zerosLike(example.features));
    ToDoubleFunction<LossBatch> loss = batch -> evaluation.of(batch).value();
    compare(example, example.logits, gradLogits, loss);
    compare(example, example.features, gradFeatures, loss);
  }

  private static void compare(
      Example example, INDArray input, INDArray gradient, ToDoubleFunction<LossBatch> loss) {
    for (int i = 0; i < input.length(); i++) {
      double kept = input.getDouble(i);
      double above = loss.applyAsDouble(moved(example, input, i, kept + STEP));
      double below = loss.applyAsDouble(moved(example, input, i, kept - STEP));
      input.putScalar(i, kept);
      double want = (above - below) / (2 * STEP);
      assertThat(gradient.getDouble(i)).isCloseTo(want, within(1e-6 * (1 + Math.abs(want))));
    }
  }

  private static LossBatch moved(Example example, INDArray input, int index, double element) {
    input.putScalar(index, element);
    return example.batch();
  }

  @ParameterizedTest
  @MethodSource("losses")
  void saturatedLogitsGiveFiniteValuesAndGradients(Loss loss) {
    ClassCounts counts = ClassCounts.of(500, 120, 30, 6, 1);
    for (double size : new double[] {20, 89, 750, 1e5, 1e30}) {
      for (int label = 0; label < 5; label++) {
        INDArray logits =
            Nd4j.createFromArray(new double[][] {{size, -size, 0, size, 1}, {size, 0, 0, 0, 0}});
        LossValue value =
            loss.bind(counts)
                .evaluate(
                    LossBatch.of(
                        Nd4j.ones(DataType.DOUBLE, 2, 3), logits, new int[] {label, label}));
        assertThat(value.value()).isFinite().isGreaterThanOrEqualTo(0);
        assertFinite(value.gradLogits());
        value.gradFeatures().ifPresent(LossGradientTest::assertFinite);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("distillations")
  void distillationOfSaturatedLogitsIsFinite(Distillation distillation) {
    INDArray logits = Nd4j.createFromArray(new double[][] {{1e5, -1e5, 0}});
    LossValue value =
        distillation
            .bind(ClassCounts.of(5, 2, 1), 0)
            .evaluate(
                LossBatch.of(Nd4j.ones(DataType.DOUBLE, 1, 2), logits, new int[] {1}),
                logits.neg());
    assertThat(value.value()).isFinite();
    assertFinite(value.gradLogits());
  }

  private static void assertFinite(INDArray gradient) {
    assertThat(gradient.dup().data().asDouble())
        .doesNotContain(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
  }

  @Test
  void focalGradientKeepsItsDigitsAtSaturatedLogits() {
    double gamma = 0.5;
    for (double x : new double[] {20, 40, 200}) {
      INDArray logits = Nd4j.createFromArray(new double[][] {{x, 0}});
      double gradient =
          new Focal(gamma)
              .bind(ClassCounts.of(1, 1))
              .evaluate(logits, new int[] {0})
              .gradLogits()
              .getDouble(0);
      // the leading term of the expansion at infinity
      double want = -(1 + gamma) * Math.exp(-(1 + gamma) * x);
      assertThat(gradient / want).isCloseTo(1, within(1e-8));
    }
  }

  @Test
  void twoSamplesOfTheSameRowAndIterationShareTheirDraws() {
    ClassCounts counts = ClassCounts.of(100, 1, 1, 1, 1, 1, 1, 1);
    LossFunction loss = new Seql(0.5, 0.5).bind(counts, 7);
    INDArray logits = Nd4j.zeros(DataType.DOUBLE, 64, 8);
    int[] labels = new int[64];
    int[] rows = IntStream.range(0, 64).map(i -> i / 2).toArray();
    double[] samples =
        loss.evaluate(new LossBatch(Optional.empty(), logits, labels, rows, 5)).samples();
    Set<Double> different = new HashSet<>();
    for (int i = 0; i < 64; i += 2) {
      assertThat(samples[i]).isEqualTo(samples[i + 1]);
      different.add(samples[i]);
    }
    assertThat(different).hasSizeGreaterThan(3);
    double[] next =
        loss.evaluate(new LossBatch(Optional.empty(), logits, labels, rows, 6)).samples();
    assertThat(next).isNotEqualTo(samples);
  }
}
