package longtail.method.metasaug;

import static longtail.method.metasaug.MetasaugSetup.ALPHA;
import static longtail.method.metasaug.MetasaugSetup.COUNTS;
import static longtail.method.metasaug.MetasaugSetup.EPOCH;
import static longtail.method.metasaug.MetasaugSetup.EPOCHS;
import static longtail.method.metasaug.MetasaugSetup.LOSS;
import static longtail.method.metasaug.MetasaugSetup.batch;
import static longtail.method.metasaug.MetasaugSetup.method;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.loss.AugmentedLoss;
import longtail.loss.CrossEntropy;
import longtail.loss.InfluenceBalanced;
import longtail.loss.Loss;
import longtail.loss.LossBatch;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Mode;
import longtail.statistics.ClassRows;
import longtail.statistics.ClassStatistics;
import longtail.statistics.Covariance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The gradient of the meta loss at the covariances, by each way to find it. */
class MetasaugGradientTest {
  /** The loss of the meta batch after a pseudo step under {@code covariances}, by definition. */
  private static double metaLoss(
      INDArray parameters,
      ClassRows covariances,
      Covariance kind,
      Loss loss,
      Batch main,
      Batch meta) {
    try (MetasaugSetup fresh = new MetasaugSetup(method(kind, Gradient.EXACT))) {
      Network network = fresh.network;
      network.parameters().assign(parameters);
      ClassifierWeight weight = ClassifierWeight.of(network, "a test");
      Activations activations = network.forward(main.images(), Mode.TRAIN);
      AugmentedLoss.Value value =
          new AugmentedLoss(loss.bind(COUNTS), kind)
              .evaluate(
                  LossBatch.of(activations.features(), activations.logits(), main.labels()),
                  weight.in(network.parameters()),
                  covariances,
                  0.7 * EPOCH / EPOCHS);
      network.backward(value.gradFeatures().orElse(null), value.gradLogits());
      value.addWeightGradient(weight.in(network.gradients()));
      network.parameters().subi(network.gradients().mul(ALPHA));
      LossValue found =
          new CrossEntropy()
              .bind(COUNTS)
              .evaluate(network.forward(meta.images(), Mode.TRAIN).logits(), meta.labels());
      return found.value();
    }
  }

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void theGradientAtTheCovariancesIsThatOfThePseudoStepAndTheMetaLoss(Covariance kind) {
    requireThatOfDifferences(kind, Gradient.EXACT, LOSS);
  }

  /** The size of its gradient depends on the features, which move with the parameters. */
  @ParameterizedTest
  @EnumSource(Covariance.class)
  void alsoUnderALossThatLooksAtTheFeatures(Covariance kind) {
    requireThatOfDifferences(kind, Gradient.FINITE_DIFFERENCE, new InfluenceBalanced(1000));
  }

  private static void requireThatOfDifferences(Covariance kind, Gradient form, Loss loss) {
    try (MetasaugSetup setup =
        new MetasaugSetup(method(kind, form), LinearHead.standard(), Optional.empty(), loss)) {
      setup.step(0);
      INDArray parameters = setup.network.parameters().dup();
      ClassStatistics statistics = setup.learner.classState().statistics();
      Batch main = batch(1, 6);
      int[] present = Arrays.stream(main.labels()).sorted().distinct().toArray();
      ClassRows covariances = statistics.covariances(present, DataType.DOUBLE);
      setup.step(1);
      ClassRows got = setup.learner.metaGradient().orElseThrow().gradient();
      assertThat(got.classes()).isEqualTo(present);

      INDArray elements = covariances.values().reshape(covariances.values().length());
      INDArray gradient = got.values().dup('c').reshape(elements.length());
      double largest = gradient.amaxNumber().doubleValue();
      assertThat(largest).isPositive();
      SplittableRandom random = RandomStreams.of(6);
      for (int trial = 0; trial < 12; trial++) {
        long i = random.nextLong(elements.length());
        double kept = elements.getDouble(i);
        double step = 1e-3;
        elements.putScalar(i, kept + step);
        double above = metaLoss(parameters, covariances, kind, loss, main, batch(101, 5));
        elements.putScalar(i, kept - step);
        double below = metaLoss(parameters, covariances, kind, loss, main, batch(101, 5));
        elements.putScalar(i, kept);
        assertThat(gradient.getDouble(i))
            .isCloseTo((above - below) / (2 * step), within(2e-5 * largest + 1e-12));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void theGradientByDifferencesIsTheExactOneToSixDigits(Covariance kind) {
    try (MetasaugSetup exact = new MetasaugSetup(method(kind, Gradient.EXACT));
        MetasaugSetup difference = new MetasaugSetup(method(kind, Gradient.FINITE_DIFFERENCE))) {
      for (int iteration = 0; iteration < 2; iteration++) {
        exact.step(iteration);
        difference.step(iteration);
      }
      INDArray want = exact.learner.metaGradient().orElseThrow().gradient().values();
      INDArray got = difference.learner.metaGradient().orElseThrow().gradient().values();
      assertThat(got.sub(want).norm2Number().doubleValue())
          .isLessThan(1e-5 * want.norm2Number().doubleValue());
      assertThat(
              difference
                  .network
                  .parameters()
                  .sub(exact.network.parameters())
                  .amaxNumber()
                  .doubleValue())
          .isLessThan(1e-7);
    }
  }

  @Test
  void theGradientByAForwardDifferenceIsNearTheExactOne() {
    try (MetasaugSetup exact = new MetasaugSetup(method(Covariance.FULL, Gradient.EXACT));
        MetasaugSetup difference =
            new MetasaugSetup(method(Covariance.FULL, Gradient.FORWARD_DIFFERENCE))) {
      exact.step(0);
      difference.step(0);
      INDArray want = exact.learner.metaGradient().orElseThrow().gradient().values();
      INDArray got = difference.learner.metaGradient().orElseThrow().gradient().values();
      assertThat(got.sub(want).norm2Number().doubleValue())
          .isLessThan(1e-4 * want.norm2Number().doubleValue());
    }
  }
}
