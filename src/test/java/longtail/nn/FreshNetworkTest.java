package longtail.nn;

import static longtail.nn.TestNetworks.architecture;
import static longtail.nn.TestNetworks.block;
import static longtail.nn.TestNetworks.part;
import static longtail.nn.TestNetworks.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import longtail.Bits;
import longtail.nn.backbone.Resnet32;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a network is before it has learnt anything: its parameters, their layout and values. */
class FreshNetworkTest {
  @Test
  void resnet32HasTheParametersOfThePapers() {
    Architecture architecture =
        new Architecture(Resnet32.standard(), LinearHead.standard(), 10, 32, 32);
    try (Network network = Network.create(architecture, DataType.FLOAT, 1)) {
      assertThat(
              network.layout().stream()
                  .filter(ParameterBlock::trainable)
                  .mapToLong(ParameterBlock::length)
                  .sum())
          .isEqualTo(464154);
      assertThat(network.featureWidth()).isEqualTo(64);
      assertThat(network.classes()).isEqualTo(10);
      assertThat(network.layout())
          .extracting(ParameterBlock::name)
          .startsWith("conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean")
          .endsWith("layer3.4.bn2.running_var", "classifier.weight", "classifier.bias");
    }
  }

  @ParameterizedTest
  @EnumSource(Shortcut.class)
  void theLayoutCoversTheFlatVectorOnce(Shortcut shortcut) {
    try (Network network = Network.create(architecture(shortcut), DataType.FLOAT, 1)) {
      INDArray seen = Nd4j.zeros(network.parameters().length());
      for (ParameterBlock block : network.layout()) {
        part(seen, block).addi(1);
      }
      assertThat(seen.minNumber().doubleValue()).isEqualTo(1);
      assertThat(seen.maxNumber().doubleValue()).isEqualTo(1);
    }
  }

  @Test
  void equalSeedsGiveEqualNetworksWhateverTheSharedGeneratorDid() {
    try (Network first = small(DataType.FLOAT)) {
      Nd4j.getRandom().setSeed(99);
      Nd4j.rand(10);
      try (Network second = small(DataType.FLOAT);
          Network other = Network.create(architecture(Shortcut.A), DataType.FLOAT, 4)) {
        assertThat(Bits.of(second.parameters())).isEqualTo(Bits.of(first.parameters()));
        assertThat(other.parameters()).isNotEqualTo(first.parameters());
      }
    }
  }

  @Test
  void convolutionsStartNormalWithVarianceTwoOverFanIn() {
    Architecture architecture =
        new Architecture(Resnet32.standard(), LinearHead.standard(), 10, 32, 32);
    try (Network network = Network.create(architecture, DataType.FLOAT, 1)) {
      ParameterBlock block = block(network, "layer3.1.conv1.weight");
      INDArray weight = part(network.parameters(), block);
      double expected = Math.sqrt(2.0 / (64 * 9));
      assertThat(weight.stdNumber().doubleValue()).isCloseTo(expected, offset(0.01 * expected));
      assertThat(weight.meanNumber().doubleValue()).isCloseTo(0, offset(0.02 * expected));
      INDArray head = part(network.parameters(), block(network, "classifier.weight"));
      assertThat(head.amaxNumber().doubleValue()).isBetween(0.12, 0.125);
    }
  }

  @Test
  void aFreshHeadLeavesTheBackboneAlone() {
    try (Network network = small(DataType.FLOAT)) {
      INDArray before = network.parameters().dup();
      network.reinitializeHead(77);
      for (ParameterBlock block : network.layout()) {
        assertThat(part(network.parameters(), block).equals(part(before, block)))
            .isEqualTo(!block.head());
      }
      network.reinitializeHead(3);
      assertThat(Bits.of(network.parameters())).as("the head of seed 3").isEqualTo(Bits.of(before));
    }
  }
}
