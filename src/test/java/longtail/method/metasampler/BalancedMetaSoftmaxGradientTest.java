package longtail.method.metasampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.loss.BalancedSoftmax;
import longtail.loss.CrossEntropy;
import longtail.loss.InfluenceBalanced;
import longtail.loss.LossBatch;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.nn.Activations;
import longtail.nn.FrozenNorm;
import longtail.nn.Network;
import longtail.nn.head.CosineHead;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.nn.head.LwsHead;
import longtail.nn.head.NormalizedHead;
import longtail.nn.head.TauNormalizedHead;
import longtail.nn.layer.Mode;
import longtail.optim.ParameterGroups;
import longtail.optim.Sgd;
import longtail.optim.UpdateRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The meta-gradient of {@link BalancedMetaSoftmax}, in closed form and in forward mode. */
class BalancedMetaSoftmaxGradientTest {
  @Test
  void theMetaGradientIsThatOfTheWholeBilevelObjectiveByCentralDifferences() {
    for (int number = 0; number < 6; number++) {
      Sgd sgd = new Sgd(0.1, number % 2 * 0.9, number % 4 == 1, 5e-4);
      FrozenNorm norm = number % 3 == 0 ? FrozenNorm.RUNNING : FrozenNorm.BATCH;
      BalancedMetaSoftmaxSetup setting =
          BalancedMetaSoftmaxSetup.frozen(LinearHead.standard(), norm, UpdateRule.of(sgd));
      assertCentralDifferences(setting, number, 1e-8);
    }
  }

  @Test
  void otherHeadsHaveTheirMetaGradientInForwardMode() {
    UpdateRule rule = UpdateRule.of(new Sgd(0.1, 0.9, true, 5e-4));
    for (Head head :
        List.of(
            new CosineHead(16),
            new NormalizedHead(8),
            new TauNormalizedHead(0.7),
            new LwsHead(LwsHead.Bias.GIVEN))) {
      assertCentralDifferences(
          BalancedMetaSoftmaxSetup.frozen(head, FrozenNorm.BATCH, rule), 7, 1e-7);
    }
  }

  @Test
  void aBackboneThatLearnsTooHasItsMetaGradientInForwardMode() {
    Sgd sgd = new Sgd(0.1, 0.9, false, 5e-4);
    ParameterGroups groups = new ParameterGroups(2, 0.5, ParameterGroups.Decay.ALL);
    UpdateRule rule =
        new UpdateRule(sgd, Optional.empty(), groups, Optional.empty(), Optional.empty());
    assertCentralDifferences(
        new BalancedMetaSoftmaxSetup(
            LinearHead.standard(), Optional.empty(), rule, new BalancedSoftmax()),
        8,
        1e-6);
    assertCentralDifferences(
        new BalancedMetaSoftmaxSetup(
            new CosineHead(16), Optional.empty(), rule, new InfluenceBalanced(1000)),
        9,
        1e-6);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5})
  void forwardModeAgreesWithTheClosedFormAlsoWithDropout(double share) {
    UpdateRule rule = UpdateRule.of(new Sgd(0.1, 0.9, false, 5e-4));
    BalancedMetaSoftmaxSetup setting =
        BalancedMetaSoftmaxSetup.frozen(LinearHead.standard(), FrozenNorm.BATCH, rule);
    Batch main = BalancedMetaSoftmaxSetup.batch(RandomStreams.of(12), 5);
    try (Network network = setting.network();
        LinearDerivatives closed = new LinearDerivatives(setting.problem(network));
        TangentDerivatives tangent = new TangentDerivatives(setting.problem(network))) {
      LearningProblem problem = setting.problem(network);
      if (share > 0) {
        network.dropFeatures(share);
        network.drawDropout(4);
      }
      Activations activations = network.forward(main.images(), Mode.TRAIN);
      LossValue loss = problem.loss().evaluate(LossBatch.of(activations.logits(), main.labels()));
      closed.beforeStep(activations);
      tangent.beforeStep(activations);
      network.backward(loss.gradLogits());
      assertThat(tangent.atWeights(main, loss, 0.3))
          .containsExactly(closed.atWeights(main, loss, 0.3), within(1e-12));
    }
  }

  private static void assertCentralDifferences(
      BalancedMetaSoftmaxSetup setting, int number, double tolerance) {
    SplittableRandom random = RandomStreams.of(3, number);
    Batch warmUp = BalancedMetaSoftmaxSetup.batch(random, 3);
    Batch main = BalancedMetaSoftmaxSetup.batch(random, 2 + random.nextInt(4));
    Batch meta = BalancedMetaSoftmaxSetup.batch(random, 2 + random.nextInt(5));
    double[] found;
    try (Network network = setting.network();
        BilevelStep step = new BilevelStep(setting.problem(network))) {
      step.run(warmUp, meta, 0.1, 0);
      found = step.run(main, meta, 0.2, 1).atWeights();
    }
    double more = 1e-5;
    for (int b = 0; b < main.size(); b++) {
      double difference =
          (metaLoss(setting, warmUp, main, meta, b, more)
                  - metaLoss(setting, warmUp, main, meta, b, -more))
              / (2 * more);
      assertThat(found[b]).isCloseTo(difference, within(tolerance * (1 + Math.abs(difference))));
    }
  }

  /** The meta loss after a step with the weight {@code 1 + more} of image {@code b}. */
  private static double metaLoss(
      BalancedMetaSoftmaxSetup setting, Batch warmUp, Batch main, Batch meta, int b, double more) {
    try (Network network = setting.network();
        BilevelStep first = new BilevelStep(setting.problem(network))) {
      LearningProblem problem = setting.problem(network);
      first.run(warmUp, meta, 0.1, 0);
      Activations activations = network.forward(main.images(), Mode.TRAIN);
      LossValue loss =
          problem
              .loss()
              .evaluate(LossBatch.of(activations.features(), activations.logits(), main.labels()));
      INDArray gradient = loss.gradLogits().dup();
      gradient.getRow(b).muli(1 + more);
      loss.gradFeatures().ifPresent(atFeatures -> atFeatures.getRow(b).muli(1 + more));
      network.backward(loss.gradFeatures().orElse(null), gradient);
      first.update().step(0.2, 1);
      INDArray ahead = network.forward(meta.images(), Mode.TRAIN).logits();
      return new CrossEntropy()
          .bind(BalancedMetaSoftmaxSetup.COUNTS)
          .evaluate(ahead, meta.labels())
          .value();
    }
  }
}
