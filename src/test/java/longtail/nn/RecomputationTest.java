package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.LongTailException;
import longtail.WorkerThreads;
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
import longtail.nn.graph.Program;
import longtail.nn.graph.ResidualGraph;
import longtail.nn.head.LinearHead;
import longtail.nn.kernel.MapShape;
import longtail.nn.layer.BatchMixing;
import longtail.nn.layer.Branch;
import longtail.nn.layer.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Dropping feature maps and computing them again changes no bit, and takes less memory. */
class RecomputationTest {
  private static final int BATCH = 3;

  /** Backbones by the size of their images. */
  private static List<Arguments> backbones() {
    return List.of(
        Arguments.of(new CifarResnet(14, 4, Shortcut.A), 8),
        Arguments.of(new CifarResnet(14, 4, Shortcut.B), 8),
        Arguments.of(SmallImageResnet.ofDepth(18), 8),
        Arguments.of(Resnet.ofDepth(10), 32),
        Arguments.of(Resnext.ofDepth(50), 32),
        Arguments.of(new Bilateral(new CifarResnet(14, 4, Shortcut.B)), 8));
  }

  static Stream<Arguments> everything() {
    List<Arguments> all = new ArrayList<>();
    for (Arguments backbone : backbones()) {
      for (Recomputation which : List.of(Recomputation.NORMALIZATION, Recomputation.BLOCKS)) {
        all.add(Arguments.of(backbone.get()[0], backbone.get()[1], which, DataType.FLOAT));
      }
    }
    for (DataType maps : List.of(DataType.BFLOAT16, DataType.DOUBLE)) {
      Backbone small = new CifarResnet(14, 4, Shortcut.B);
      all.add(Arguments.of(small, 8, Recomputation.NORMALIZATION, maps));
      all.add(Arguments.of(small, 8, Recomputation.BLOCKS, maps));
    }
    return all.stream();
  }

  private static Network network(Backbone backbone, int size, DataType maps) {
    DataType type = maps == DataType.BFLOAT16 ? DataType.FLOAT : maps;
    Network network = TestNetworks.create(backbone, size, type);
    TestNetworks.moveOffZero(network);
    network.keepMapsIn(maps);
    return network;
  }

  /** Digests of everything that two steps leave behind. */
  private static List<Integer> steps(Network network, int size, Optional<Mixing> mixing) {
    List<Integer> bits = new ArrayList<>();
    for (int step = 1; step <= 2; step++) {
      INDArray images = TestNetworks.images(step, network.type(), BATCH, size);
      Activations seen = network.forward(images, Mode.TRAIN, mixing);
      bits.add(digest(seen.features()));
      bits.add(digest(seen.logits()));
      network.backward(
          TestNetworks.normal(7, network.type(), seen.features().shape()),
          TestNetworks.normal(8, network.type(), seen.logits().shape()));
      bits.add(digest(network.gradients()));
      bits.add(digest(network.imageGradient()));
      network.parameters().subi(network.gradients().mul(0.01));
    }
    bits.add(digest(network.parameters()));
    return bits;
  }

  private static int digest(INDArray array) {
    return Arrays.hashCode(Bits.of(array));
  }

  @ParameterizedTest
  @MethodSource("everything")
  void gradientsAndRunningStatisticsAreTheSameBits(
      Backbone backbone, int size, Recomputation which, DataType maps) {
    try (Network keeping = network(backbone, size, maps);
        Network recomputing = network(backbone, size, maps)) {
      recomputing.recompute(which);
      assertThat(steps(recomputing, size, Optional.empty()))
          .isEqualTo(steps(keeping, size, Optional.empty()));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MixingPlace.class,
      names = {"LAYER1", "LAYER2", "LAYER3", "POOL", "FC"})
  void mixedOnTheWayTheyAreToo(MixingPlace place) {
    Backbone backbone = new CifarResnet(14, 4, Shortcut.B);
    Optional<Mixing> mixing =
        Optional.of(new Mixing(place, new BatchMixing(new int[] {1, 2, 0}, 0.3)));
    try (Network keeping = network(backbone, 8, DataType.FLOAT);
        Network recomputing = network(backbone, 8, DataType.FLOAT)) {
      recomputing.recompute(Recomputation.BLOCKS);
      assertThat(steps(recomputing, 8, mixing)).isEqualTo(steps(keeping, 8, mixing));
    }
  }

  @ParameterizedTest
  @EnumSource(Branch.class)
  void ofOneBranchTheyAreToo(Branch branch) {
    Backbone backbone = new Bilateral(new CifarResnet(14, 4, Shortcut.A));
    INDArray images = TestNetworks.images(1, DataType.FLOAT, BATCH, 8);
    try (Network keeping = network(backbone, 8, DataType.FLOAT);
        Network recomputing = network(backbone, 8, DataType.FLOAT)) {
      recomputing.recompute(Recomputation.BLOCKS);
      for (Network network : List.of(keeping, recomputing)) {
        INDArray logits = network.forward(images, Mode.TRAIN, branch).logits();
        network.backward(TestNetworks.normal(8, DataType.FLOAT, logits.shape()));
      }
      assertThat(Bits.of(recomputing.gradients())).isEqualTo(Bits.of(keeping.gradients()));
      assertThat(Bits.of(recomputing.parameters())).isEqualTo(Bits.of(keeping.parameters()));
    }
  }

  @Test
  void withStatisticsOverTwoWorkersTheyAreToo() {
    assertThat(together(Recomputation.BLOCKS)).isEqualTo(together(Recomputation.NONE));
    assertThat(together(Recomputation.NORMALIZATION)).isEqualTo(together(Recomputation.NONE));
  }

  private static List<List<Integer>> together(Recomputation which) {
    return WorkerThreads.run(
        2,
        (rank, member) -> {
          try (Network network = network(new CifarResnet(14, 4, Shortcut.B), 8, DataType.FLOAT)) {
            network.synchronize(member);
            network.recompute(which);
            return steps(network, 8, Optional.empty());
          }
        });
  }

  @Test
  void aViewRecomputesToo() {
    INDArray images = TestNetworks.images(1, DataType.FLOAT, BATCH, 8);
    INDArray gradLogits = TestNetworks.normal(8, DataType.FLOAT, BATCH, TestNetworks.CLASSES);
    try (Network network = network(new CifarResnet(14, 4, Shortcut.A), 8, DataType.FLOAT)) {
      network.recompute(Recomputation.BLOCKS);
      try (Network view = network.view()) {
        view.forward(images, Mode.TRAIN);
        assertThatThrownBy(() -> view.tangent(view.parameters()))
            .isInstanceOf(LongTailException.class)
            .hasMessageContaining("use model.recompute: none, was blocks");
        view.backward(gradLogits);
        assertThat(view.gradients().amaxNumber().doubleValue()).isPositive();
      }
    }
  }

  @Test
  void retainedActivationsAreKeptWhateverIsRecomputed() {
    INDArray images = TestNetworks.images(1, DataType.DOUBLE, BATCH, 8);
    INDArray gradLogits = TestNetworks.normal(8, DataType.DOUBLE, BATCH, TestNetworks.CLASSES);
    try (Network network = network(new CifarResnet(14, 4, Shortcut.A), 8, DataType.DOUBLE)) {
      network.recompute(Recomputation.BLOCKS);
      network.retainActivations();
      network.forward(images, Mode.TRAIN);
      INDArray tangent = network.tangent(network.parameters()).logits().dup();
      network.backward(gradLogits);
      assertThat(Bits.of(network.tangent(network.parameters()).logits()))
          .isEqualTo(Bits.of(tangent));
    }
  }

  private static double share(Backbone backbone, int size, Recomputation which) {
    return memory(backbone, size, which) / memory(backbone, size, Recomputation.NONE);
  }

  private static double memory(Backbone backbone, int size, Recomputation which) {
    Architecture architecture =
        new Architecture(backbone, LinearHead.standard(), TestNetworks.CLASSES, size, size);
    Program program = Program.of(ResidualGraph.build(architecture, DataType.FLOAT, 1));
    PassKey key =
        new PassKey(
            MapShape.of(8, size, size, 3),
            Mode.TRAIN,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            PassKey.Retention.UNTIL_BACKWARD);
    ElementTypes types = new ElementTypes(DataType.FLOAT, DataType.FLOAT);
    return new PassPlan(program, key, types, which).memoryLength();
  }

  @Test
  void theMoreIsRecomputedTheLessMemoryIsTaken() {
    Backbone resnet50 = Resnet.ofDepth(50);
    assertThat(share(resnet50, 224, Recomputation.NORMALIZATION)).isLessThan(0.85);
    assertThat(share(resnet50, 224, Recomputation.BLOCKS)).isLessThan(0.5);
    assertThat(share(Resnet32.standard(), 32, Recomputation.NORMALIZATION)).isLessThan(0.8);
    assertThat(share(Resnet32.standard(), 32, Recomputation.BLOCKS)).isLessThan(0.6);
  }
}
