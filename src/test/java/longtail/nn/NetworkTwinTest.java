package longtail.nn;

import static longtail.nn.TestNetworks.CLASSES;
import static longtail.nn.TestNetworks.distance;
import static longtail.nn.TestNetworks.images;
import static longtail.nn.TestNetworks.normal;
import static longtail.nn.TestNetworks.part;
import static longtail.nn.TestNetworks.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import longtail.Bits;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Mode;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class NetworkTwinTest {
  private static final int SIZE = 8;

  private static INDArray batch(long seed, DataType type) {
    return images(seed, type, 6, SIZE);
  }

  private static INDArray atLogits(long seed, DataType type) {
    return normal(seed, type, 6, CLASSES);
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void aTwinComputesWithItsOwnParameters(DataType type) {
    try (Network network = small(type);
        Network other = small(type);
        Network twin = network.twin()) {
      assertThat(Bits.of(twin.parameters())).isEqualTo(Bits.of(network.parameters()));
      INDArray step = normal(9, type, network.parameters().length()).muli(0.01);
      twin.parameters().addi(step);
      other.parameters().addi(step);
      INDArray untouched = network.parameters().dup();
      INDArray direction = normal(10, type, step.length());

      INDArray logits = other.forward(batch(1, type), Mode.TRAIN).logits();
      assertThat(Bits.of(twin.forward(batch(1, type), Mode.TRAIN).logits()))
          .isEqualTo(Bits.of(logits));
      assertThat(Bits.of(twin.tangent(direction).logits()))
          .isEqualTo(Bits.of(other.tangent(direction).logits()));
      twin.backward(atLogits(2, type));
      other.backward(atLogits(2, type));
      assertThat(Bits.of(twin.gradients())).isEqualTo(Bits.of(other.gradients()));
      assertThat(twin.imageGradient()).isEqualTo(other.imageGradient());
      assertThat(Bits.of(twin.parameters()))
          .as("its statistics move")
          .isEqualTo(Bits.of(other.parameters()));
      assertThat(Bits.of(network.parameters()))
          .as("the network's do not")
          .isEqualTo(Bits.of(untouched));
      assertThat(network.gradients().amaxNumber().doubleValue()).isZero();
    }
  }

  @Test
  void aNetworkIsItselfAgainAfterItsTwin() {
    try (Network network = small(DataType.FLOAT);
        Network alone = small(DataType.FLOAT);
        Network twin = network.twin()) {
      for (Network each : new Network[] {network, alone}) {
        each.forward(batch(1, DataType.FLOAT), Mode.TRAIN);
        each.backward(atLogits(2, DataType.FLOAT));
      }
      twin.parameters().subi(network.gradients().mul(0.1));
      twin.forward(batch(3, DataType.FLOAT), Mode.TRAIN);
      twin.backward(atLogits(4, DataType.FLOAT));
      assertThat(Bits.of(network.gradients())).isEqualTo(Bits.of(alone.gradients()));
      for (Network each : new Network[] {network, alone}) {
        each.forward(batch(5, DataType.FLOAT), Mode.TRAIN);
      }
      assertThat(Bits.of(network.tangent(twin.gradients()).logits()))
          .isEqualTo(Bits.of(alone.tangent(twin.gradients()).logits()));
      network.backward(atLogits(6, DataType.FLOAT));
      alone.backward(atLogits(6, DataType.FLOAT));
      assertThat(Bits.of(network.gradients())).isEqualTo(Bits.of(alone.gradients()));
      assertThat(Bits.of(network.parameters())).isEqualTo(Bits.of(alone.parameters()));
    }
  }

  @Test
  void aForwardPassOfATwinEndsTheLastOneOfTheNetwork() {
    try (Network network = small(DataType.FLOAT);
        Network twin = network.twin()) {
      network.forward(batch(1, DataType.FLOAT), Mode.TRAIN);
      twin.forward(batch(1, DataType.FLOAT), Mode.EVAL);
      assertThatThrownBy(() -> network.backward(atLogits(2, DataType.FLOAT)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("twin");
      assertThatThrownBy(() -> network.tangent(twin.parameters()))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> network.activation("layer1.0"))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aTwinCostsItsTwoVectors() {
    try (Network network = small(DataType.FLOAT)) {
      INDArray x = images(1, DataType.FLOAT, 64, SIZE);
      network.forward(x, Mode.TRAIN);
      network.backward(normal(2, DataType.FLOAT, 64, CLASSES));
      long vector = network.parameters().length() * Float.BYTES;
      long before = Pointer.totalBytes();
      try (Network twin = network.twin()) {
        twin.forward(x, Mode.TRAIN);
        twin.backward(normal(2, DataType.FLOAT, 64, CLASSES));
        assertThat(Pointer.totalBytes() - before).isLessThan(2 * vector + (1 << 16));
      }
    }
  }

  @Test
  void aTwinsHeadMayStartAfreshAndNoFileHoldsIt() {
    try (Network network = small(DataType.FLOAT);
        Network twin = network.twin()) {
      twin.reinitializeHead(77);
      assertThat(network.parameters()).isNotEqualTo(twin.parameters());
      for (ParameterBlock block : network.layout()) {
        assertThat(part(twin.parameters(), block).equals(part(network.parameters(), block)))
            .isEqualTo(!block.head());
      }
      assertThatThrownBy(() -> twin.save(new ByteArrayOutputStream()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("twin");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void twoViewsGiveTheSumOfTheirGradients(DataType type) {
    try (Network network = small(type);
        Network alone = small(type);
        Network view = network.view()) {
      alone.forward(batch(1, type), Mode.TRAIN);
      alone.backward(atLogits(3, type));
      INDArray sum = alone.gradients().dup();
      alone.forward(batch(2, type), Mode.TRAIN);
      alone.backward(atLogits(4, type));
      sum.addi(alone.gradients());

      for (int step = 0; step < 2; step++) {
        INDArray start = alone.parameters();
        if (step == 1) {
          assertThat(Bits.of(network.parameters()))
              .as("both batches moved the statistics")
              .isEqualTo(Bits.of(start));
          network.parameters().assign(small(type).parameters());
        }
        INDArray first = network.forward(batch(1, type), Mode.TRAIN).logits();
        INDArray kept = first.dup();
        view.forward(batch(2, type), Mode.TRAIN);
        assertThat(Bits.of(first)).as("the first view's activations stay").isEqualTo(Bits.of(kept));
        network.backward(atLogits(3, type));
        view.backward(atLogits(4, type));
        assertThat(distance(network.gradients(), sum)).isLessThan(1e-6);
        assertThat(view.gradients()).isSameAs(network.gradients());
        assertThat(view.parameters()).isSameAs(network.parameters());
      }
    }
  }

  @Test
  void aViewHasItsOwnTangents() {
    try (Network network = small(DataType.DOUBLE);
        Network view = network.view()) {
      INDArray direction = normal(5, DataType.DOUBLE, network.parameters().length());
      network.forward(batch(1, DataType.DOUBLE), Mode.BATCH_STATISTICS);
      view.forward(batch(2, DataType.DOUBLE), Mode.BATCH_STATISTICS);
      INDArray first = network.tangent(direction).logits();
      INDArray second = view.tangent(direction).logits();
      assertThat(second).isNotEqualTo(first);
      network.forward(batch(2, DataType.DOUBLE), Mode.BATCH_STATISTICS);
      assertThat(Bits.of(network.tangent(direction).logits())).isEqualTo(Bits.of(second));
    }
  }

  @Test
  void aViewOfATwinSharesTheTwinsVectors() {
    try (Network network = small(DataType.DOUBLE);
        Network twin = network.twin();
        Network view = twin.view()) {
      twin.parameters().muli(1.5);
      INDArray ofView = view.forward(batch(1, DataType.DOUBLE), Mode.BATCH_STATISTICS).logits();
      INDArray ofTwin = twin.forward(batch(1, DataType.DOUBLE), Mode.BATCH_STATISTICS).logits();
      assertThat(Bits.of(ofView)).isEqualTo(Bits.of(ofTwin));
      twin.backward(atLogits(1, DataType.DOUBLE));
      INDArray once = twin.gradients().dup();
      view.backward(atLogits(1, DataType.DOUBLE));
      assertThat(Bits.of(twin.gradients())).isEqualTo(Bits.of(once.mul(2)));
      assertThat(network.gradients().amaxNumber().doubleValue()).isZero();
    }
  }

  @Test
  void freezingIsTakenOver() {
    try (Network network = small(DataType.FLOAT)) {
      network.freezeBackbone(FrozenNorm.BATCH);
      try (Network twin = network.twin();
          Network view = network.view()) {
        for (Network each : new Network[] {twin, view}) {
          each.forward(batch(1, DataType.FLOAT), Mode.TRAIN);
          each.backward(atLogits(2, DataType.FLOAT));
          for (ParameterBlock block : each.layout()) {
            assertThat(part(each.gradients(), block).amaxNumber().doubleValue() > 0)
                .as(block.name())
                .isEqualTo(block.head());
          }
        }
      }
    }
  }
}
