package longtail.nn;

import static longtail.nn.TestNetworks.CLASSES;
import static longtail.nn.TestNetworks.distance;
import static longtail.nn.TestNetworks.images;
import static longtail.nn.TestNetworks.moveOffZero;
import static longtail.nn.TestNetworks.part;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.nn.backbone.Attention;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.Bilateral;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Resnet32;
import longtail.nn.backbone.Resnext;
import longtail.nn.backbone.Shortcut;
import longtail.nn.backbone.SmallImageResnet;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.MixingPlace;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.graph.Program;
import longtail.nn.graph.ResidualGraph;
import longtail.nn.head.CosineHead;
import longtail.nn.head.GlmcHead;
import longtail.nn.head.Head;
import longtail.nn.head.HeadWeights;
import longtail.nn.head.LinearHead;
import longtail.nn.head.LwsHead;
import longtail.nn.head.MetaEmbeddingHead;
import longtail.nn.head.NormalizedHead;
import longtail.nn.head.TauNormalizedHead;
import longtail.nn.layer.BatchMixing;
import longtail.nn.layer.Branch;
import longtail.nn.layer.ConvolutionWeights;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** An evaluated network computes folded normalisations and slices of the batch. */
class InferenceTest {
  private static final int SIZE = 32;

  static Stream<Backbone> backbones() {
    return Stream.of(
        Resnet32.standard(),
        new CifarResnet(8, 4, Shortcut.B),
        new Bilateral(new CifarResnet(8, 4, Shortcut.A)),
        Resnet.ofDepth(10),
        new Resnet(50, ConvolutionWeights.FAN_OUT, 16),
        new Resnet(10, ConvolutionWeights.FAN_OUT, 32, Attention.MODULATED, 24),
        Resnext.ofDepth(50),
        SmallImageResnet.ofDepth(18));
  }

  static Stream<Head> heads() {
    return Stream.of(
        LinearHead.standard(),
        new NormalizedHead(30),
        new CosineHead(16),
        new TauNormalizedHead(0.7),
        new LwsHead(LwsHead.Bias.GIVEN),
        new GlmcHead(HeadWeights.KAIMING, 3),
        new MetaEmbeddingHead(16, 10, MetaEmbeddingHead.Memory.LEARNT));
  }

  /** A network whose normalisations all do something. */
  private static Network network(Backbone backbone, DataType type) {
    return prepared(TestNetworks.create(backbone, SIZE, type));
  }

  private static Network prepared(Network network) {
    moveOffZero(network);
    for (ParameterBlock block : network.layout()) {
      if (block.role() == Role.NORM_SCALE || block.role() == Role.RUNNING_VARIANCE) {
        part(network.parameters(), block)
            .assign(
                TestNetworks.normal(block.offset(), network.type(), block.shape())
                    .muli(0.2)
                    .addi(1)
                    .muli(block.role() == Role.NORM_SCALE ? 0.7 : 1));
      }
    }
    return network;
  }

  private static double deviation(Network network, long batch) {
    INDArray x = images(3, network.type(), batch, SIZE);
    Activations folded = network.forward(x, Mode.EVAL);
    INDArray features = folded.features().dup();
    INDArray logits = folded.logits().dup();
    network.normalize(InferenceForm.SEPARATE);
    Activations separate = network.forward(x, Mode.EVAL);
    assertThat(features.stdNumber().doubleValue()).as("spread of the features").isPositive();
    return Math.max(distance(features, separate.features()), distance(logits, separate.logits()));
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void foldingChangesRoundingsOnly(Backbone backbone) {
    try (Network network = network(backbone, DataType.FLOAT)) {
      assertThat(deviation(network, 3)).isLessThan(1e-5);
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void foldingIsExactInFloat64(Backbone backbone) {
    try (Network network = network(backbone, DataType.DOUBLE)) {
      assertThat(deviation(network, 2)).isLessThan(1e-12);
    }
  }

  @ParameterizedTest
  @MethodSource("heads")
  void anyHeadStandsOnFoldedFeatures(Head head) {
    Architecture architecture =
        new Architecture(new CifarResnet(8, 8, Shortcut.A), head, CLASSES, SIZE, SIZE);
    try (Network network = prepared(Network.create(architecture, DataType.FLOAT, 3))) {
      assertThat(deviation(network, 5)).isLessThan(1e-5);
    }
  }

  @Test
  void foldedBfloat16IsAsCloseToFloat32AsSeparate() {
    INDArray x = images(3, DataType.FLOAT, 20, SIZE);
    try (Network network = network(Resnet32.standard(), DataType.FLOAT)) {
      INDArray exact = network.forward(x, Mode.EVAL).features().dup();
      network.keepMapsIn(DataType.BFLOAT16);
      double folded = distance(network.forward(x, Mode.EVAL).features(), exact);
      network.normalize(InferenceForm.SEPARATE);
      double separate = distance(network.forward(x, Mode.EVAL).features(), exact);
      assertThat(folded).isPositive().isLessThan(Math.max(0.02, 1.5 * separate));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "BFLOAT16"})
  void featuresOfAnImageAreTheSameBitsInEveryBatch(DataType maps) {
    for (Backbone backbone : new Backbone[] {Resnet32.standard(), Resnet.ofDepth(10)}) {
      INDArray x = images(3, DataType.FLOAT, 70, SIZE);
      try (Network network = network(backbone, DataType.FLOAT)) {
        network.keepMapsIn(maps);
        INDArray all = network.forward(x, Mode.EVAL).features().dup();
        INDArray map = network.featureMap().dup();
        int start = 0;
        for (int count : new int[] {1, 17, 2, 33, 16, 1}) {
          INDArray part = x.get(NDArrayIndex.interval(start, start + count));
          INDArray features = network.forward(part, Mode.EVAL).features();
          assertThat(Bits.of(features))
              .as("images %d to %d", start, start + count)
              .isEqualTo(Bits.of(all.get(NDArrayIndex.interval(start, start + count))));
          assertThat(Bits.of(network.featureMap()))
              .isEqualTo(Bits.of(map.get(NDArrayIndex.interval(start, start + count))));
          start += count;
        }
      }
    }
  }

  @Test
  void everyChangeOfAParameterIsSeen() {
    INDArray x = images(3, DataType.FLOAT, 4, SIZE);
    try (Network network = network(new CifarResnet(8, 4, Shortcut.A), DataType.FLOAT)) {
      INDArray before = network.forward(x, Mode.EVAL).features().dup();
      for (ParameterBlock block : network.layout()) {
        if (block.head()) {
          continue;
        }
        INDArray values = part(network.parameters(), block);
        INDArray kept = values.dup();
        values.muli(1.5);
        assertThat(Bits.of(network.forward(x, Mode.EVAL).features()))
            .as(block.name())
            .isNotEqualTo(Bits.of(before));
        values.assign(kept);
        assertThat(Bits.of(network.forward(x, Mode.EVAL).features())).isEqualTo(Bits.of(before));
      }
    }
  }

  @Test
  void aTwinIsEvaluatedWithItsOwnParameters() {
    INDArray x = images(3, DataType.FLOAT, 4, SIZE);
    try (Network network = network(new CifarResnet(8, 4, Shortcut.A), DataType.FLOAT)) {
      INDArray own = network.forward(x, Mode.EVAL).features().dup();
      try (Network twin = network.twin();
          Network view = network.view()) {
        assertThat(Bits.of(twin.forward(x, Mode.EVAL).features())).isEqualTo(Bits.of(own));
        twin.parameters().muli(1.01);
        assertThat(Bits.of(twin.forward(x, Mode.EVAL).features())).isNotEqualTo(Bits.of(own));
        assertThat(Bits.of(network.forward(x, Mode.EVAL).features())).isEqualTo(Bits.of(own));
        assertThat(Bits.of(view.forward(x, Mode.EVAL).features())).isEqualTo(Bits.of(own));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Branch.class)
  void aBranchAloneFoldsToo(Branch branch) {
    INDArray x = images(3, DataType.DOUBLE, 2, SIZE);
    Backbone backbone = new Bilateral(new CifarResnet(8, 4, Shortcut.A));
    try (Network network = network(backbone, DataType.DOUBLE)) {
      INDArray folded = network.forward(x, Mode.EVAL, branch).features().dup();
      network.normalize(InferenceForm.SEPARATE);
      assertThat(distance(folded, network.forward(x, Mode.EVAL, branch).features()))
          .isLessThan(1e-12);
    }
  }

  @Test
  void samplesAreMixedOverTheWholeBatch() {
    int batch = 37;
    INDArray x = images(3, DataType.FLOAT, batch, SIZE);
    int[] reversed = IntStream.range(0, batch).map(i -> batch - 1 - i).toArray();
    Mixing mixing = new Mixing(MixingPlace.LAYER2, new BatchMixing(reversed, 0));
    try (Network network = network(new CifarResnet(8, 4, Shortcut.A), DataType.FLOAT)) {
      INDArray plain = network.forward(x, Mode.EVAL).features().dup();
      INDArray mixed = network.forward(x, Mode.EVAL, Optional.of(mixing)).features();
      for (int i = 0; i < batch; i++) {
        assertThat(distance(mixed.getRow(i), plain.getRow(batch - 1 - i))).isLessThan(1e-5);
      }
    }
  }

  @Test
  void nothingIsLeftOfNormalisationsAndSums() {
    Architecture architecture =
        new Architecture(Resnet32.standard(), LinearHead.standard(), CLASSES, SIZE, SIZE);
    Program program = Program.of(ResidualGraph.build(architecture, DataType.FLOAT, 1));
    Program folded = program.folded();
    // 31 convolutions, 2 shortcuts, the mean and the classifier
    assertThat(folded.steps()).hasSize(35);
    assertThat(folded.steps().stream().mapToInt(step -> step.inputs().length).sum())
        .as("inputs: one, and the shortcut of each of 15 blocks")
        .isEqualTo(35 + 15);
    assertThat(Arrays.stream(folded.steps().get(34).inputs()).boxed()).containsExactly(34);
  }
}
