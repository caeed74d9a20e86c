package longtail.nn;

import static longtail.nn.TestNetworks.CLASSES;
import static longtail.nn.TestNetworks.distance;
import static longtail.nn.TestNetworks.images;
import static longtail.nn.TestNetworks.moveOffZero;
import static longtail.nn.TestNetworks.normal;
import static longtail.nn.TestNetworks.part;
import static longtail.nn.TestNetworks.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.nn.backbone.Attention;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnext;
import longtail.nn.backbone.Shortcut;
import longtail.nn.backbone.Stages;
import longtail.nn.backbone.Stages.Block;
import longtail.nn.backbone.Stages.Stage;
import longtail.nn.backbone.Stages.Stem;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.MixingPlace;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.CosineHead;
import longtail.nn.head.GlmcHead;
import longtail.nn.head.Head;
import longtail.nn.head.HeadWeights;
import longtail.nn.head.LinearHead;
import longtail.nn.head.LwsHead;
import longtail.nn.head.NormalizedHead;
import longtail.nn.head.TauNormalizedHead;
import longtail.nn.layer.BatchMixing;
import longtail.nn.layer.ConvolutionWeights;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class NetworkTangentTest {
  private static final int SIZE = 8;

  /** Every kind of stem, block, shortcut and group, as small as they come. */
  static Stream<Arguments> networks() {
    return Stream.of(
        Arguments.of(Named.of("ResNet-32", new CifarResnet(32, 4, Shortcut.A).stages()), 8),
        Arguments.of(Named.of("projections", new CifarResnet(8, 4, Shortcut.B).stages()), 9),
        Arguments.of(Named.of("small images", stages(Stem.SMALL, Block.BASIC, 4, 1)), 7),
        Arguments.of(Named.of("large images", stages(Stem.LARGE, Block.BASIC, 4, 1)), 21),
        Arguments.of(Named.of("bottlenecks", stages(Stem.LARGE, Block.BOTTLENECK, 4, 1)), 22),
        Arguments.of(Named.of("ResNeXt", stages(Stem.LARGE, Block.BOTTLENECK, 8, 4)), 21),
        Arguments.of(
            Named.of(
                "attention",
                stages(Stem.SMALL, Block.BASIC, 4, 1).endingIn(Attention.MODULATED, 6)),
            7));
  }

  private static Stages stages(Stem stem, Block block, int inner, int groups) {
    return new Stages(
        stem,
        block,
        List.of(
            new Stage(2, 4, 1, inner, 1, 1, groups), new Stage(2, 8, 2, 2 * inner, 1, 2, groups)),
        Shortcut.B,
        ConvolutionWeights.FAN_OUT);
  }

  /** A direction of about the length of a step; running statistics have entries to be ignored. */
  private static INDArray direction(Network network) {
    return normal(21, network.type(), network.parameters().length()).muli(0.1);
  }

  /** The direction as the parameters follow it: running statistics rest. */
  private static INDArray trainable(Network network, INDArray direction) {
    INDArray moving = direction.dup();
    for (ParameterBlock block : network.layout()) {
      if (!block.trainable()) {
        part(moving, block).assign(0);
      }
    }
    return moving;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void aTangentIsTheCentralDifference(Stages stages, int size) {
    try (Network network = TestNetworks.create(stages, size, DataType.DOUBLE)) {
      isCentralDifference(network, images(4, DataType.DOUBLE, 5, size), Mode.BATCH_STATISTICS);
    }
  }

  static Stream<Head> heads() {
    return Stream.of(
        LinearHead.standard(),
        new NormalizedHead(2),
        new CosineHead(4),
        new TauNormalizedHead(0.7),
        new LwsHead(LwsHead.Bias.GIVEN),
        new LwsHead(LwsHead.Bias.NONE),
        new GlmcHead(HeadWeights.KAIMING, 8));
  }

  @ParameterizedTest
  @MethodSource("heads")
  void everyHeadHasTangents(Head head) {
    Architecture architecture =
        new Architecture(new CifarResnet(8, 4, Shortcut.A), head, CLASSES, SIZE, SIZE);
    try (Network network = Network.create(architecture, DataType.DOUBLE, 3)) {
      moveOffZero(network);
      INDArray x = images(4, DataType.DOUBLE, 6, SIZE);
      isCentralDifference(network, x, Mode.BATCH_STATISTICS);
      network.freezeBackbone(FrozenNorm.BATCH);
      network.forward(x, Mode.TRAIN);
      INDArray direction = trainable(network, direction(network));
      INDArray atLogits = normal(2, DataType.DOUBLE, 6, CLASSES);
      double forwards = dot(network.tangent(direction).logits(), atLogits);
      network.backward(atLogits);
      assertThat(forwards).isCloseTo(dot(network.gradients(), direction), offset(1e-9));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"BATCH_STATISTICS", "RUNNING_STATISTICS"})
  void batchStatisticsMoveAndRunningOnesRest(Mode mode) {
    try (Network network = small(DataType.DOUBLE)) {
      moveOffZero(network);
      isCentralDifference(network, images(4, DataType.DOUBLE, 6, SIZE), mode);
    }
  }

  private static void isCentralDifference(Network network, INDArray x, Mode mode) {
    INDArray direction = direction(network);
    network.forward(x, mode);
    Tangent tangent = network.tangent(direction);
    INDArray features = tangent.features().dup();
    INDArray logits = tangent.logits().dup();
    INDArray moving = trainable(network, direction);
    INDArray start = network.parameters().dup();
    double step = 1e-7;
    network.parameters().assign(start.add(moving.mul(step)));
    Activations out = network.forward(x, mode);
    INDArray featureSlope = out.features().dup();
    INDArray logitSlope = out.logits().dup();
    network.parameters().assign(start.sub(moving.mul(step)));
    out = network.forward(x, mode);
    featureSlope.subi(out.features()).divi(2 * step);
    logitSlope.subi(out.logits()).divi(2 * step);
    assertThat(distance(features, featureSlope)).as("features").isLessThan(1e-6);
    assertThat(distance(logits, logitSlope)).as("logits").isLessThan(1e-6);
    assertThat(logits.amaxNumber().doubleValue()).isGreaterThan(1e-3);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void theTangentIsTheTransposeOfTheBackwardPass(Stages stages, int size) {
    try (Network network = TestNetworks.create(stages, size, DataType.DOUBLE)) {
      moveOffZero(network);
      INDArray direction = direction(network);
      INDArray atFeatures = normal(1, DataType.DOUBLE, 3, network.featureWidth());
      INDArray atLogits = normal(2, DataType.DOUBLE, 3, CLASSES);
      network.forward(images(4, DataType.DOUBLE, 3, size), Mode.TRAIN);
      Tangent tangent = network.tangent(direction);
      double forwards = dot(tangent.features(), atFeatures) + dot(tangent.logits(), atLogits);
      network.backward(atFeatures, atLogits);
      double backwards = dot(network.gradients(), direction);
      assertThat(forwards).isCloseTo(backwards, offset(1e-9 * (1 + Math.abs(backwards))));
    }
  }

  @ParameterizedTest
  @EnumSource(value = MixingPlace.class, names = "LAYER4", mode = EnumSource.Mode.EXCLUDE)
  void tangentsFollowMixedSamples(MixingPlace place) {
    try (Network network = small(DataType.DOUBLE)) {
      INDArray direction = direction(network);
      INDArray atLogits = normal(2, DataType.DOUBLE, 3, CLASSES);
      BatchMixing map = new BatchMixing(new int[] {1, 2, 0}, 0.3);
      INDArray x = images(4, DataType.DOUBLE, 3, SIZE);
      network.forward(x, Mode.TRAIN, Optional.of(new Mixing(place, map)));
      double forwards = dot(network.tangent(direction).logits(), atLogits);
      network.backward(atLogits);
      double backwards = dot(network.gradients(), direction);
      assertThat(forwards).isCloseTo(backwards, offset(1e-9 * (1 + Math.abs(backwards))));
    }
  }

  @Test
  void theTangentOfAWholeResnextIsTheTransposeOfItsBackwardPass() {
    try (Network network = TestNetworks.create(Resnext.ofDepth(50), 64, DataType.FLOAT)) {
      INDArray direction = direction(network);
      INDArray atLogits = normal(2, DataType.FLOAT, 4, CLASSES);
      network.forward(images(4, DataType.FLOAT, 4, 64), Mode.TRAIN);
      double forwards = dot(network.tangent(direction).logits(), atLogits);
      network.backward(atLogits);
      double backwards = dot(network.gradients(), direction);
      assertThat(forwards).isCloseTo(backwards, offset(1e-3 * (1 + Math.abs(backwards))));
    }
  }

  private static double dot(INDArray a, INDArray b) {
    return a.mul(b).sumNumber().doubleValue();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void bothKernelSetsGiveTheSameTangent(Stages stages, int size) {
    try (Network single = TestNetworks.create(stages, size, DataType.FLOAT);
        Network exact = TestNetworks.create(stages, size, DataType.DOUBLE)) {
      exact.parameters().assign(single.parameters().castTo(DataType.DOUBLE));
      INDArray x = images(4, DataType.FLOAT, 6, size);
      INDArray direction = direction(single);
      single.forward(x, Mode.TRAIN);
      exact.forward(x.castTo(DataType.DOUBLE), Mode.TRAIN);
      Tangent fast = single.tangent(direction);
      Tangent slow = exact.tangent(direction.castTo(DataType.DOUBLE));
      assertThat(distance(fast.features(), slow.features())).isLessThan(1e-3);
      assertThat(distance(fast.logits(), slow.logits())).isLessThan(1e-3);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void theBackwardPassDoesNotNoticeTangents(Stages stages, int size) {
    try (Network network = TestNetworks.create(stages, size, DataType.FLOAT)) {
      INDArray x = images(4, DataType.FLOAT, 4, size);
      INDArray atLogits = normal(2, DataType.FLOAT, 4, CLASSES);
      INDArray logits = network.forward(x, Mode.BATCH_STATISTICS).logits().dup();
      network.backward(atLogits);
      INDArray undisturbed = network.gradients().dup();

      Activations out = network.forward(x, Mode.BATCH_STATISTICS);
      network.tangent(direction(network));
      network.tangent(network.gradients());
      network.backward(atLogits);
      assertThat(Bits.of(network.gradients())).isEqualTo(Bits.of(undisturbed));
      assertThat(Bits.of(out.logits())).isEqualTo(Bits.of(logits));
    }
  }

  @Test
  void tangentsAreLinearAndFollowTheNumbersOfTheirDirection() {
    try (Network network = small(DataType.DOUBLE)) {
      network.forward(images(4, DataType.DOUBLE, 6, SIZE), Mode.TRAIN);
      INDArray direction = direction(network);
      INDArray once = network.tangent(direction).logits().dup();
      direction.muli(-3);
      INDArray thrice = network.tangent(direction).logits();
      assertThat(distance(thrice, once.mul(-3))).isLessThan(1e-12);
    }
  }

  @Test
  void tangentsMoveNoRunningStatistics() {
    try (Network network = small(DataType.FLOAT)) {
      network.forward(images(4, DataType.FLOAT, 6, SIZE), Mode.TRAIN);
      INDArray before = network.parameters().dup();
      network.tangent(direction(network));
      assertThat(Bits.of(network.parameters())).isEqualTo(Bits.of(before));
    }
  }

  @ParameterizedTest
  @EnumSource(FrozenNorm.class)
  void aFrozenBackboneRests(FrozenNorm norm) {
    try (Network network = small(DataType.DOUBLE)) {
      network.freezeBackbone(norm);
      INDArray features =
          network.forward(images(4, DataType.DOUBLE, 6, SIZE), Mode.TRAIN).features();
      INDArray direction = direction(network);
      Tangent tangent = network.tangent(direction);
      assertThat(tangent.features().amaxNumber().doubleValue()).isZero();
      INDArray weight = head(network, direction, Role.HEAD_WEIGHT);
      INDArray bias = head(network, direction, Role.HEAD_BIAS);
      INDArray expected = features.mmul(weight.transpose()).addRowVector(bias);
      assertThat(distance(tangent.logits(), expected)).isLessThan(1e-12);
    }
  }

  private static INDArray head(Network network, INDArray flat, Role role) {
    return network.layout().stream()
        .filter(block -> block.role() == role)
        .map(block -> part(flat, block))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void batchSizesMayAlternate() {
    try (Network network = small(DataType.FLOAT);
        Network fresh = small(DataType.FLOAT)) {
      INDArray direction = direction(network);
      for (long batch : new long[] {4, 9, 4, 16, 2}) {
        network.forward(images(batch, DataType.FLOAT, batch, SIZE), Mode.BATCH_STATISTICS);
        network.tangent(direction);
      }
      INDArray x = images(4, DataType.FLOAT, 4, SIZE);
      network.forward(x, Mode.BATCH_STATISTICS);
      fresh.forward(x, Mode.BATCH_STATISTICS);
      assertThat(Bits.of(network.tangent(direction).logits()))
          .isEqualTo(Bits.of(fresh.tangent(direction).logits()));
    }
  }

  @Test
  void aTangentDoesNotGrowNativeMemory() {
    try (Network network = small(DataType.FLOAT)) {
      INDArray x = images(4, DataType.FLOAT, 64, SIZE);
      INDArray direction = direction(network);
      for (int i = 0; i < 5; i++) {
        network.forward(x, Mode.TRAIN);
        network.tangent(direction);
      }
      long before = Pointer.totalBytes();
      for (int i = 0; i < 20; i++) {
        network.forward(x, Mode.TRAIN);
        network.tangent(direction);
      }
      assertThat(Pointer.totalBytes() - before).isLessThan(1 << 16);
    }
  }

  @Test
  void misuseIsRefusedWithAReason() {
    try (Network network = small(DataType.FLOAT)) {
      INDArray direction = direction(network);
      INDArray x = images(4, DataType.FLOAT, 4, SIZE);
      assertThatThrownBy(() -> network.tangent(direction))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("a tangent needs a forward pass");
      network.forward(x, Mode.EVAL);
      assertThatThrownBy(() -> network.tangent(direction))
          .isInstanceOf(IllegalStateException.class);
      network.forward(x, Mode.TRAIN);
      assertThatThrownBy(() -> network.tangent(normal(1, DataType.FLOAT, 7)))
          .hasMessageContaining("direction");
      network.backward(normal(2, DataType.FLOAT, 4, CLASSES));
      assertThatThrownBy(() -> network.tangent(direction))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
