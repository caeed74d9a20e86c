package longtail.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.statistics.ClassRows;
import longtail.statistics.Covariance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Closed forms of the augmented loss against definitions and central differences. */
class AugmentedLossTest {
  private static final double STEP = 1e-5;

  static Stream<Arguments> cases() {
    ClassWeighting weights = new ClassWeighting.EffectiveNumber(0.99);
    return Stream.of(
            new CrossEntropy(),
            new CrossEntropy(Reduction.SUM),
            new WeightedCrossEntropy(weights),
            new Ldam(1, 0.5, weights),
            new Ldam(3, 0.5, weights))
        .flatMap(loss -> Stream.of(Covariance.values()).map(kind -> Arguments.of(loss, kind)));
  }

  /** A linear classifier on a random batch with random covariances of its classes. */
  private static final class Example {
    final INDArray features;
    final INDArray weight;
    final INDArray bias;
    final int[] labels;
    final ClassRows covariances;
    final double ratio;
    final AugmentedLoss loss;

    Example(Loss loss, Covariance kind, int number) {
      SplittableRandom random = RandomStreams.of(21, number);
      int batch = 1 + random.nextInt(6);
      int classes = 2 + random.nextInt(5);
      int width = 1 + random.nextInt(4);
      features = Losses.gaussian(random, 1, batch, width);
      weight = Losses.gaussian(random, 1, classes, width);
      bias = Losses.gaussian(random, 1, 1, classes);
      labels = random.ints(batch, 0, classes).toArray();
      ratio = random.nextDouble();
      int[] present = Arrays.stream(labels).sorted().distinct().toArray();
      covariances = new ClassRows(present, rows(random, kind, present.length, width));
      this.loss =
          new AugmentedLoss(
              loss.bind(ClassCounts.of(random.ints(classes, 1, 500).toArray())), kind);
    }

    private static INDArray rows(SplittableRandom random, Covariance kind, int rows, int width) {
      if (kind == Covariance.DIAGONAL) {
        return Losses.gaussian(random, 1, rows, width);
      }
      INDArray full = Nd4j.create(DataType.DOUBLE, rows, width, width);
      for (int row = 0; row < rows; row++) {
        INDArray root = Losses.gaussian(random, 1, width, width);
        full.slice(row).assign(root.add(root.transpose()));
      }
      return full;
    }

    INDArray logits() {
      return features.mmul(weight.transpose()).addiRowVector(bias);
    }

    AugmentedLoss.Value evaluate() {
      return loss.evaluate(LossBatch.of(features, logits(), labels), weight, covariances, ratio);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theAugmentationIsTheQuadraticFormOfTheWeightsApart(Loss loss, Covariance kind) {
    for (int number = 0; number < 6; number++) {
      Example example = new Example(loss, kind, number);
      INDArray got = example.evaluate().augmentedLogits().dup();
      INDArray logits = example.logits();
      for (int i = 0; i < example.labels.length; i++) {
        int row = Arrays.binarySearch(example.covariances.classes(), example.labels[i]);
        INDArray covariance = example.covariances.values().slice(row);
        INDArray full = kind == Covariance.FULL ? covariance : Nd4j.diag(covariance);
        for (int j = 0; j < logits.size(1); j++) {
          INDArray d = example.weight.getRow(j).sub(example.weight.getRow(example.labels[i]));
          double form = d.reshape(1, -1).mmul(full).mmul(d.reshape(-1, 1)).getDouble(0);
          assertThat(got.getDouble(i, j))
              .isCloseTo(logits.getDouble(i, j) + example.ratio / 2 * form, within(1e-11));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsAreThoseOfCentralDifferences(Loss loss, Covariance kind) {
    for (int number = 0; number < 6; number++) {
      Example example = new Example(loss, kind, number);
      AugmentedLoss.Value value = example.evaluate();
      INDArray gradFeatures = value.gradLogits().mmul(example.weight);
      INDArray gradWeight = Nd4j.create(DataType.DOUBLE, example.weight.shape());
      gradWeight.addi(value.gradLogits().transpose().mmul(example.features));
      value.addWeightGradient(gradWeight);
      INDArray gradBias = value.gradLogits().sum(0);
      INDArray gradCovariances = value.covarianceGradient().values().dup();
      DoubleSupplier lossNow = () -> example.evaluate().loss();
      compare(example.features, gradFeatures, lossNow);
      compare(example.weight, gradWeight, lossNow);
      compare(example.bias, gradBias, lossNow);
      compare(example.covariances.values(), gradCovariances, lossNow);
    }
  }

  private static void compare(INDArray input, INDArray gradient, DoubleSupplier loss) {
    INDArray elements = input.reshape(input.length());
    INDArray want = gradient.dup('c').reshape(input.length());
    for (int i = 0; i < elements.length(); i++) {
      double kept = elements.getDouble(i);
      elements.putScalar(i, kept + STEP);
      double above = loss.getAsDouble();
      elements.putScalar(i, kept - STEP);
      double below = loss.getAsDouble();
      elements.putScalar(i, kept);
      double difference = (above - below) / (2 * STEP);
      assertThat(want.getDouble(i))
          .isCloseTo(difference, within(1e-7 * (1 + Math.abs(difference))));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theMixedDerivativeIsThatOfTheCovarianceGradient(Loss loss, Covariance kind) {
    for (int number = 0; number < 6; number++) {
      Example example = new Example(loss, kind, number);
      SplittableRandom random = RandomStreams.of(22, number);
      INDArray moves =
          Losses.gaussian(
              random, 1, (int) example.features.size(0), (int) example.features.size(1));
      INDArray direction =
          Losses.gaussian(random, 1, (int) example.weight.size(0), (int) example.weight.size(1));
      INDArray tangentLogits =
          moves.mmul(example.weight.transpose()).addi(example.features.mmul(direction.transpose()));
      INDArray got =
          example.evaluate().covarianceGradientTangent(tangentLogits, direction).values().dup();
      INDArray above = gradientAt(example, moves, direction, STEP);
      INDArray below = gradientAt(example, moves, direction, -STEP);
      INDArray want = above.sub(below).divi(2 * STEP);
      double scale = 1 + want.amaxNumber().doubleValue();
      assertThat(got.sub(want).amaxNumber().doubleValue()).isLessThan(1e-7 * scale);
    }
  }

  private static INDArray gradientAt(
      Example example, INDArray moves, INDArray direction, double step) {
    example.features.addi(moves.mul(step));
    example.weight.addi(direction.mul(step));
    INDArray gradient = example.evaluate().covarianceGradient().values().dup();
    example.features.subi(moves.mul(step));
    example.weight.subi(direction.mul(step));
    return gradient;
  }

  @Test
  void withoutRatioItIsTheLossItselfAndNoCovarianceMatters() {
    Example example = new Example(new CrossEntropy(), Covariance.FULL, 3);
    LossBatch batch = LossBatch.of(example.features, example.logits(), example.labels);
    AugmentedLoss.Value value =
        example.loss.evaluate(batch, example.weight, example.covariances, 0);
    LossFunction plain =
        new CrossEntropy().bind(ClassCounts.ofLabels(example.labels, (int) example.weight.size(0)));
    assertThat(value.loss()).isEqualTo(plain.evaluate(batch).value());
    assertThat(value.covarianceGradient().values().amaxNumber().doubleValue()).isZero();
  }

  @Test
  void aLossWithoutClosedSecondDerivativeNamesThoseThatHaveOne() {
    Example example = new Example(new Focal(2), Covariance.DIAGONAL, 1);
    AugmentedLoss.Value value = example.evaluate();
    assertThatThrownBy(() -> value.covarianceGradientTangent(example.logits(), example.weight))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("ldam");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void float32IsFloat64ToItsDigits(Loss loss, Covariance kind) {
    Example example = new Example(loss, kind, 5);
    AugmentedLoss.Value value = example.evaluate();
    INDArray want = value.covarianceGradient().values().dup();
    INDArray weight = example.weight.castTo(DataType.FLOAT);
    AugmentedLoss.Value got =
        example.loss.evaluate(
            LossBatch.of(example.logits().castTo(DataType.FLOAT), example.labels),
            weight,
            new ClassRows(
                example.covariances.classes(), example.covariances.values().castTo(DataType.FLOAT)),
            example.ratio);
    assertThat(got.loss()).isCloseTo(value.loss(), within(1e-5 * (1 + value.loss())));
    double scale = 1 + want.amaxNumber().doubleValue();
    assertThat(
            got.covarianceGradient()
                .values()
                .castTo(DataType.DOUBLE)
                .sub(want)
                .amaxNumber()
                .doubleValue())
        .isLessThan(1e-5 * scale);
  }
}
