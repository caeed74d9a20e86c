package longtail.mix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.BalancedSoftmax;
import longtail.loss.ClassWeighting;
import longtail.loss.CostSensitive;
import longtail.loss.CrossEntropy;
import longtail.loss.Focal;
import longtail.loss.InfluenceBalanced;
import longtail.loss.Ldam;
import longtail.loss.Loss;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.loss.Seql;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.MixingPlace;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.BatchMixing;
import longtail.nn.layer.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class MixedLossTest {
  private static final ClassCounts COUNTS = ClassCounts.of(40, 12, 4, 1);
  private static final Labels FIRST = Labels.of(0, 3, 1, 0, 2);
  private static final Labels SECOND = FIRST.at(new int[] {2, 0, 4, 3, 1});

  private static List<Loss> losses() {
    return List.of(
        new CrossEntropy(),
        new BalancedSoftmax(),
        new CostSensitive(1),
        new Focal(2),
        new Ldam(30, 0.5, new ClassWeighting.EffectiveNumber(0.99)),
        new Seql(0.5, 0.3),
        new InfluenceBalanced(10));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void oneShareForAllIsTheSumOfTheLossesOfBothLabels(Loss loss) {
    Activations activations = new Activations(gaussian(1, 5, 3), gaussian(2, 5, 4), Map.of());
    LossValue mixed = mixed(loss, activations, MixedLabels.of(FIRST, SECOND, 0.3));
    LossValue first = mixed(loss, activations, MixedLabels.pure(FIRST));
    LossValue second = mixed(loss, activations, MixedLabels.pure(SECOND));
    assertThat(mixed.value()).isCloseTo(0.3 * first.value() + 0.7 * second.value(), within(1e-12));
    assertClose(mixed.gradLogits(), first.gradLogits().mul(0.3).add(second.gradLogits().mul(0.7)));
    first
        .gradFeatures()
        .ifPresent(
            of ->
                assertClose(
                    mixed.gradFeatures().orElseThrow(),
                    of.mul(0.3).add(second.gradFeatures().orElseThrow().mul(0.7))));
  }

  @Test
  void crossEntropyOfMixedLabelsIsThatOfTheirTargets() {
    MixedLabels labels = new MixedLabels(FIRST, SECOND, new double[] {0.1, 0, 1, 0.5, 0.8});
    Activations activations = new Activations(gaussian(1, 5, 3), gaussian(2, 5, 4), Map.of());
    LossValue value = mixed(new CrossEntropy(), activations, labels);
    INDArray probabilities = Nd4j.nn().softmax(activations.logits());
    INDArray targets = labels.targets(4);
    INDArray log = Transforms.log(probabilities);
    assertThat(value.value())
        .isCloseTo(-targets.mul(log).sumNumber().doubleValue() / 5, within(1e-12));
    assertClose(value.gradLogits(), probabilities.sub(targets).div(5));
  }

  private static Stream<Arguments> placesAndLosses() {
    return losses().stream()
        .flatMap(
            loss ->
                Stream.of(MixingPlace.LAYER1, MixingPlace.LAYER3, MixingPlace.POOL, MixingPlace.FC)
                    .map(place -> Arguments.of(place, loss)));
  }

  @ParameterizedTest
  @MethodSource("placesAndLosses")
  void theGradientOfTheWholeMixedLossIsThatOfItsDifferences(MixingPlace place, Loss loss) {
    BatchMixing pairs = new BatchMixing(new int[] {2, 0, 4, 3, 1}, 0.35);
    INDArray images = gaussian(3, 5, 8, 8, 3);
    ImageBatch samples = new ImageBatch(images, FIRST.classes(), FIRST.rows());
    MixedBatch batch = new ManifoldMixup(1, place).mix(samples, pairs);
    MixedLoss mixedLoss = new MixedLoss(loss.bind(COUNTS));
    try (Network network = network()) {
      Activations activations = network.forward(images, Mode.BATCH_STATISTICS, batch.mixing());
      LossValue value = mixedLoss.evaluate(activations, batch.labels(), 0);
      network.backward(value.gradFeatures().orElse(null), value.gradLogits());
      INDArray gradient = network.gradients().dup();
      double[] direction = direction(network);
      INDArray along = Nd4j.createFromArray(direction);
      double step = 1e-5;
      double slope =
          (valueAt(network, along.mul(step), batch, mixedLoss)
                  - valueAt(network, along.mul(-step), batch, mixedLoss))
              / (2 * step);
      double want = gradient.mul(along).sumNumber().doubleValue();
      assertThat(slope).isCloseTo(want, within(1e-5 * Math.max(1, Math.abs(want))));
    }
  }

  private static double valueAt(Network network, INDArray shift, MixedBatch batch, MixedLoss loss) {
    network.parameters().addi(shift);
    Activations activations =
        network.forward(batch.images(), Mode.BATCH_STATISTICS, batch.mixing());
    double value = loss.evaluate(activations, batch.labels(), 0).value();
    network.parameters().subi(shift);
    return value;
  }

  /** A random direction among what is learned. */
  private static double[] direction(Network network) {
    SplittableRandom random = RandomStreams.of(9);
    double[] direction = new double[(int) network.parameters().length()];
    for (ParameterBlock block : network.layout()) {
      for (long i = block.offset(); block.trainable() && i < block.offset() + block.length(); i++) {
        direction[(int) i] = RandomStreams.gaussian(random) / 10;
      }
    }
    return direction;
  }

  private static Network network() {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), 4, 8, 8),
        DataType.DOUBLE,
        1);
  }

  private static LossValue mixed(Loss loss, Activations activations, MixedLabels labels) {
    LossFunction function = loss.bind(COUNTS);
    LossValue value = new MixedLoss(function).evaluate(activations, labels, 0);
    LossValue copy = new LossValue(value.value(), value.gradLogits().dup());
    Optional<INDArray> features = value.gradFeatures().map(INDArray::dup);
    return features.map(copy::withGradFeatures).orElse(copy);
  }

  private static void assertClose(INDArray got, INDArray want) {
    assertThat(got.sub(want).amaxNumber().doubleValue()).isLessThan(1e-12);
  }

  private static INDArray gaussian(long seed, long... shape) {
    SplittableRandom random = RandomStreams.of(seed);
    double[] values = new double[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    Arrays.setAll(values, i -> RandomStreams.gaussian(random));
    return Nd4j.createFromArray(values).reshape('c', shape);
  }
}
