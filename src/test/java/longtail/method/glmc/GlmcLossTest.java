package longtail.method.glmc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.BalancedSoftmax;
import longtail.loss.ClassWeighting;
import longtail.loss.CrossEntropy;
import longtail.loss.Deferred;
import longtail.loss.InfluenceBalanced;
import longtail.loss.Loss;
import longtail.loss.WeightedCrossEntropy;
import longtail.mix.Labels;
import longtail.mix.MixedLabels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GlmcLossTest {
  private static final double STEP = 1e-6;

  static List<Loss> rebalancing() {
    return List.of(
        new WeightedCrossEntropy(
            new ClassWeighting.InversePower(1.2), WeightedCrossEntropy.Divisor.SAMPLES),
        new BalancedSoftmax(),
        new InfluenceBalanced(10));
  }

  /** One view of a random shape with its training set. */
  private record Example(
      ClassCounts counts, GlmcLoss.View view, INDArray otherProjection, MixedLabels labels) {
    static Example of(int number) {
      SplittableRandom random = RandomStreams.of(23, number);
      int batch = 1 + random.nextInt(5);
      int classes = 2 + random.nextInt(6);
      int width = 1 + random.nextInt(5);
      int projected = 1 + random.nextInt(5);
      double[] shares = new double[batch];
      Arrays.fill(shares, random.nextDouble());
      return new Example(
          ClassCounts.of(random.ints(classes, 1, 500).toArray()),
          new GlmcLoss.View(
              gaussian(random, batch, width),
              gaussian(random, batch, classes),
              gaussian(random, batch, classes),
              gaussian(random, batch, projected),
              gaussian(random, batch, projected)),
          gaussian(random, batch, projected),
          new MixedLabels(
              Labels.of(random.ints(batch, 0, classes).toArray()),
              Labels.of(random.ints(batch, 0, classes).toArray()),
              shares));
    }

    GlmcLoss loss(Loss plain, Loss rebalance) {
      return new GlmcLoss(plain.bind(counts), rebalance.bind(counts), 3);
    }

    double value(GlmcLoss loss) {
      return loss.evaluate(view, otherProjection, labels, 0).loss();
    }
  }

  private static INDArray gaussian(SplittableRandom random, int rows, int columns) {
    double[][] elements = new double[rows][columns];
    for (double[] row : elements) {
      Arrays.setAll(row, c -> RandomStreams.gaussian(random));
    }
    return Nd4j.createFromArray(elements);
  }

  @ParameterizedTest
  @MethodSource("rebalancing")
  void theGradientsAreThoseOfCentralDifferences(Loss rebalance) {
    for (int number = 0; number < 6; number++) {
      for (Loss plain : List.of(new CrossEntropy(), new InfluenceBalanced(5))) {
        Example example = Example.of(number);
        GlmcLoss loss = example.loss(plain, rebalance);
        loss.epoch(2, 0.6);
        GlmcLoss.View view = example.view;
        GlmcLoss.Value value = loss.evaluate(view, example.otherProjection, example.labels, 0);
        INDArray gradFeatures =
            value.gradFeatures().map(INDArray::dup).orElse(Nd4j.zerosLike(view.features()));
        INDArray gradPlain = value.gradPlain().dup();
        INDArray gradRebalanced = value.gradRebalanced().dup();
        INDArray gradPrediction = value.gradPrediction().dup();
        compare(example, loss, view.features(), gradFeatures);
        compare(example, loss, view.plain(), gradPlain);
        compare(example, loss, view.rebalanced(), gradRebalanced);
        compare(example, loss, view.prediction(), gradPrediction);
      }
    }
  }

  private static void compare(Example example, GlmcLoss loss, INDArray input, INDArray gradient) {
    for (int i = 0; i < input.length(); i++) {
      double kept = input.getDouble(i);
      input.putScalar(i, kept + STEP);
      double above = example.value(loss);
      input.putScalar(i, kept - STEP);
      double below = example.value(loss);
      input.putScalar(i, kept);
      double want = (above - below) / (2 * STEP);
      assertThat(gradient.getDouble(i)).isCloseTo(want, within(1e-6 * (1 + Math.abs(want))));
    }
  }

  @Test
  void theCoefficientMovesFromThePlainToTheRebalancedClassifier() {
    Example example = Example.of(1);
    GlmcLoss loss = example.loss(new CrossEntropy(), new BalancedSoftmax());
    assertThat(loss.coefficient()).isEqualTo(1);
    GlmcLoss.Value first = loss.evaluate(example.view, example.otherProjection, example.labels, 0);
    assertThat(first.loss()).isCloseTo(first.balance() + 3 * first.similarity(), within(1e-12));
    assertThat(first.gradRebalanced().normmaxNumber().doubleValue()).isZero();
    loss.epoch(9, 1);
    GlmcLoss.Value last = loss.evaluate(example.view, example.otherProjection, example.labels, 0);
    assertThat(last.loss()).isCloseTo(last.rebalance() + 3 * last.similarity(), within(1e-12));
    assertThat(last.gradPlain().normmaxNumber().doubleValue()).isZero();
    loss.epoch(1, 0.5);
    assertThat(loss.coefficient()).isEqualTo(0.75);
  }

  @Test
  void bothClassifiersLossesFollowTheEpochs() {
    Example example = Example.of(2);
    GlmcLoss loss =
        example.loss(
            new CrossEntropy(), new Deferred(4, new BalancedSoftmax(), Deferred.Timing.INTENDED));
    double[] losses = new double[2];
    for (int i = 0; i < 2; i++) {
      loss.epoch(3 + i, 1);
      losses[i] = example.value(loss);
    }
    assertThat(losses[0]).isNotCloseTo(losses[1], within(1e-6));
  }
}
