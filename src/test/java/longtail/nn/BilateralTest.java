package longtail.nn;

import static longtail.nn.TestNetworks.distance;
import static longtail.nn.TestNetworks.images;
import static longtail.nn.TestNetworks.moveOffZero;
import static longtail.nn.TestNetworks.normal;
import static longtail.nn.TestNetworks.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import longtail.Bits;
import longtail.LongTailException;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.Bilateral;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Resnet32;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Branch;
import longtail.nn.layer.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class BilateralTest {
  private static final int SIZE = 8;
  private static final int BATCH = 6;
  private static final Bilateral BACKBONE = new Bilateral(new CifarResnet(14, 4, Shortcut.A));

  private static Network network(DataType type) {
    Network network = TestNetworks.create(BACKBONE, SIZE, type);
    moveOffZero(network);
    return network;
  }

  private static INDArray batch(long seed, DataType type) {
    return images(seed, type, BATCH, SIZE);
  }

  private static boolean of(Branch branch, ParameterBlock block) {
    return block.name().startsWith(branch.block() + ".");
  }

  @Test
  void onlyTheLastBlockExistsTwice() {
    try (Network plain = TestNetworks.create(BACKBONE.trunk(), SIZE, DataType.FLOAT);
        Network bilateral = network(DataType.FLOAT)) {
      assertThat(bilateral.featureWidth()).isEqualTo(2 * plain.featureWidth());
      assertThat(bilateral.layout())
          .extracting(ParameterBlock::name)
          .contains("layer3.0.conv1.weight", "cb_block.bn2.running_mean", "rb_block.conv1.weight")
          .doesNotContain("layer3.1.conv1.weight");
      long block =
          plain.layout().stream()
              .filter(of -> of.name().startsWith("layer3.1."))
              .mapToLong(ParameterBlock::length)
              .sum();
      long wider = (long) plain.featureWidth() * TestNetworks.CLASSES;
      assertThat(bilateral.parameters().length())
          .isEqualTo(plain.parameters().length() + block + wider);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void eachBranchGivesItsPartOfTheFeatures(DataType type) {
    try (Network network = network(type)) {
      INDArray both = network.forward(batch(1, type), Mode.EVAL).features().dup();
      for (Branch branch : Branch.values()) {
        INDArray alone = network.forward(batch(1, type), Mode.EVAL, branch).features();
        assertThat(Bits.of(branch.of(alone).dup())).isEqualTo(Bits.of(branch.of(both).dup()));
        assertThat(branch.other().of(alone).amaxNumber().doubleValue()).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Branch.class)
  void theOtherBranchRestsInTraining(Branch branch) {
    DataType type = DataType.DOUBLE;
    try (Network network = network(type);
        Network whole = network(type)) {
      // gradients of an earlier pass, which shall not remain
      network.forward(batch(2, type), Mode.TRAIN);
      whole.forward(batch(2, type), Mode.TRAIN);
      network.backward(normal(3, type, BATCH, TestNetworks.CLASSES));
      INDArray before = network.parameters().dup();
      INDArray gradFeatures = normal(4, type, BATCH, network.featureWidth());
      branch.other().of(gradFeatures).assign(0);

      network.forward(batch(1, type), Mode.TRAIN, branch);
      network.backward(gradFeatures, null);
      whole.forward(batch(1, type), Mode.TRAIN);
      whole.backward(gradFeatures, null);

      assertThat(distance(network.gradients(), whole.gradients())).isLessThan(1e-12);
      for (ParameterBlock block : network.layout()) {
        INDArray now = part(network.parameters(), block);
        if (of(branch.other(), block)) {
          assertThat(Bits.of(now)).as(block.name()).isEqualTo(Bits.of(part(before, block)));
          assertThat(part(network.gradients(), block).amaxNumber().doubleValue()).isZero();
        } else {
          assertThat(distance(now, part(whole.parameters(), block))).isLessThan(1e-12);
        }
      }
    }
  }

  @Test
  void theTangentIsTheDifferenceQuotient() {
    DataType type = DataType.DOUBLE;
    try (Network network = network(type)) {
      INDArray direction = normal(5, type, network.parameters().length());
      network
          .layout()
          .forEach(block -> part(direction, block).muli(block.role().trainable() ? 1 : 0));
      network.forward(batch(1, type), Mode.TRAIN);
      INDArray tangent = network.tangent(direction).logits().dup();
      double step = 1e-6;
      network.parameters().addi(direction.mul(step));
      INDArray up = network.forward(batch(1, type), Mode.TRAIN).logits().dup();
      network.parameters().subi(direction.mul(2 * step));
      INDArray down = network.forward(batch(1, type), Mode.TRAIN).logits();
      assertThat(distance(tangent, up.sub(down).div(2 * step))).isLessThan(1e-6);
    }
  }

  @Test
  void itIsSavedAndLoadedAsAnyNetwork() throws IOException {
    try (Network network = network(DataType.FLOAT)) {
      ByteArrayOutputStream zip = new ByteArrayOutputStream();
      network.save(zip);
      try (Network loaded = Network.load(new ByteArrayInputStream(zip.toByteArray()))) {
        INDArray images = batch(1, DataType.FLOAT);
        assertThat(Bits.of(loaded.forward(images, Mode.EVAL).logits()))
            .isEqualTo(Bits.of(network.forward(images, Mode.EVAL).logits()));
        assertThat(loaded.layout()).isEqualTo(network.layout());
        loaded.forward(images, Mode.TRAIN, Branch.REBALANCING);
      }
    }
  }

  @Test
  void everyBackboneWithAPlainEndHasTwo() {
    for (Backbone trunk : new Backbone[] {Resnet32.standard(), Resnet.ofDepth(50)}) {
      Architecture whole =
          new Architecture(
              new Bilateral(trunk), LinearHead.standard(), TestNetworks.CLASSES, 32, 32);
      assertThat(whole.layout()).anyMatch(block -> of(Branch.REBALANCING, block));
    }
    assertThatThrownBy(() -> new Bilateral(BACKBONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trunk must have no branches");
  }

  @Test
  void aNetworkWithoutBranchesSaysSo() {
    try (Network plain = TestNetworks.small(DataType.FLOAT)) {
      assertThatThrownBy(
              () -> plain.forward(batch(1, DataType.FLOAT), Mode.TRAIN, Branch.CONVENTIONAL))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("bilateral");
    }
  }
}
