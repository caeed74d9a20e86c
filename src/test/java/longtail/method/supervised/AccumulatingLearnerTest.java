package longtail.method.supervised;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.Collective;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.ClassWeighting;
import longtail.loss.CrossEntropy;
import longtail.loss.InfluenceBalanced;
import longtail.loss.Loss;
import longtail.loss.LossBatch;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.loss.WeightedCrossEntropy;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Networks;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Mode;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Parts of a batch that go through the network by themselves. */
class AccumulatingLearnerTest {
  private static final int[] LABELS = {0, 2, 1, 0, 0, 1, 2};
  private static final ClassCounts COUNTS = ClassCounts.of(20, 5, 1);
  private static final double RATE = 0.1;

  /** Where the parts of 7 images in 3 begin and end. */
  private static final int[] BOUNDS = {0, 2, 4, 7};

  /** The gradient of the whole, whose batch normalisations see one part at a time. */
  @ParameterizedTest
  @ValueSource(strings = {"mean", "weighted mean", "features too"})
  void theStepFollowsTheMeanOverAllPartsOfTheBatch(String kind) {
    Loss loss =
        switch (kind) {
          case "mean" -> new CrossEntropy();
          case "weighted mean" -> new WeightedCrossEntropy(new ClassWeighting.InversePower(1));
          default -> new InfluenceBalanced(1000);
        };
    try (Network learned = network();
        Network reference = network()) {
      StepResult result = step(learned, loss, 3);

      LossFunction function = loss.bind(COUNTS);
      INDArray sum = Nd4j.zeros(DataType.DOUBLE, reference.parameters().length());
      double value = 0;
      double divisor = 0;
      for (int part = 0; part < 3; part++) {
        int from = BOUNDS[part];
        int to = BOUNDS[part + 1];
        Activations activations =
            reference.forward(images().get(NDArrayIndex.interval(from, to)).dup('c'), Mode.TRAIN);
        LossValue own =
            function.evaluate(
                LossBatch.of(
                    activations.features(),
                    activations.logits(),
                    Arrays.copyOfRange(LABELS, from, to)));
        double weight = own.divisor().orElseThrow();
        reference.backward(own.gradFeatures().orElse(null), own.gradLogits());
        sum.addi(reference.gradients().mul(weight));
        value += weight * own.value();
        divisor += weight;
      }
      INDArray expected = reference.parameters().sub(sum.mul(RATE / divisor));
      assertThat(result.loss()).isCloseTo(value / divisor, within(1e-12));
      assertThat(result.examples()).isEqualTo(LABELS.length);
      assertThat(learned.parameters().distance2(expected)).isLessThan(1e-10);
      assertThat(expected.distance2(network().parameters())).isGreaterThan(1e-3);
    }
  }

  @Test
  void morePartsThanImagesAreOneForEachImage() {
    try (Network one = network();
        Network other = network()) {
      step(one, new CrossEntropy(), LABELS.length);
      step(other, new CrossEntropy(), 100);
      assertThat(one.parameters()).isEqualTo(other.parameters());
    }
  }

  private static StepResult step(Network network, Loss loss, int parts) {
    List<Span> all = List.of(new Span(0, network.parameters().length()));
    try (Learner learner =
        new Supervised()
            .learner(
                new LearningProblem(
                    network,
                    loss.bind(COUNTS),
                    UpdateRule.of(new Sgd(RATE, 0, false, 0)),
                    all,
                    COUNTS,
                    1,
                    0,
                    Optional.empty(),
                    Collective.ALONE,
                    Networks.NONE,
                    Optional.empty(),
                    parts))) {
      return learner.step(
          StepBatches.of(new Batch(images(), LABELS, new int[LABELS.length])), RATE, 0);
    }
  }

  private static Network network() {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), 3, 8, 8),
        DataType.DOUBLE,
        1);
  }

  private static INDArray images() {
    SplittableRandom random = RandomStreams.of(2);
    double[] pixels = new double[LABELS.length * 8 * 8 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = RandomStreams.gaussian(random);
    }
    return Nd4j.createFromArray(pixels).reshape('c', LABELS.length, 8, 8, 3);
  }
}
