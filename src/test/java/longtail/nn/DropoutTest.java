package longtail.nn;

import static longtail.nn.TestNetworks.distance;
import static longtail.nn.TestNetworks.images;
import static longtail.nn.TestNetworks.moveOffZero;
import static longtail.nn.TestNetworks.normal;
import static longtail.nn.TestNetworks.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import longtail.Bits;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class DropoutTest {
  private static final double SHARE = 0.3;
  private static final int BATCH = 40;

  private final INDArray images = images(4, DataType.DOUBLE, BATCH, 8);
  private Network network;

  @BeforeEach
  void open() {
    network = TestNetworks.small(DataType.DOUBLE);
    moveOffZero(network);
  }

  @AfterEach
  void close() {
    network.close();
  }

  private INDArray features(Network of, long seed) {
    network.drawDropout(seed);
    return of.forward(images, Mode.BATCH_STATISTICS).features().dup();
  }

  @Test
  void theShareOfTheFeaturesIsZeroAndTheOthersAreRaised() {
    INDArray plain = network.forward(images, Mode.BATCH_STATISTICS).features().dup();
    network.dropFeatures(SHARE);
    INDArray dropped = features(network, 1);
    int zeros = 0;
    for (long i = 0; i < plain.length(); i++) {
      if (dropped.getDouble(i) == 0) {
        zeros++;
      } else {
        assertThat(dropped.getDouble(i)).isEqualTo(plain.getDouble(i) / (1 - SHARE), offset(1e-12));
      }
    }
    double deviation = Math.sqrt(SHARE * (1 - SHARE) / plain.length());
    assertThat((double) zeros / plain.length()).isEqualTo(SHARE, offset(5 * deviation));
  }

  @Test
  void evaluationDropsNothing() {
    INDArray plain = network.forward(images, Mode.EVAL).logits().dup();
    network.dropFeatures(SHARE);
    network.drawDropout(1);
    assertThat(Bits.of(network.forward(images, Mode.EVAL).logits())).isEqualTo(Bits.of(plain));
  }

  @Test
  void aDrawStaysUntilTheNext() {
    network.dropFeatures(SHARE);
    INDArray first = features(network, 1);
    assertThat(Bits.of(network.forward(images, Mode.BATCH_STATISTICS).features()))
        .isEqualTo(Bits.of(first));
    assertThat(features(network, 2)).isNotEqualTo(first);
    assertThat(Bits.of(features(network, 1))).isEqualTo(Bits.of(first));
  }

  @Test
  void aTwinDropsTheSameFeaturesAndAViewOthers() {
    network.dropFeatures(SHARE);
    try (Network twin = network.twin();
        Network view = network.view()) {
      INDArray first = features(network, 1);
      assertThat(Bits.of(features(twin, 1))).isEqualTo(Bits.of(first));
      INDArray other = features(view, 1);
      assertThat(other).isNotEqualTo(first);
      assertThat(Bits.of(features(view, 1))).isEqualTo(Bits.of(other));
      assertThat(features(view, 2)).isNotEqualTo(other);
    }
  }

  @Test
  void tangentAndGradientAreTheCentralDifference() {
    network.dropFeatures(SHARE);
    network.drawDropout(1);
    INDArray direction = normal(21, DataType.DOUBLE, network.parameters().length()).muli(0.1);
    for (ParameterBlock block : network.layout()) {
      if (!block.trainable()) {
        part(direction, block).assign(0);
      }
    }
    INDArray gradLogits = normal(22, DataType.DOUBLE, BATCH, TestNetworks.CLASSES);
    INDArray start = network.parameters().dup();
    double step = 1e-5;
    network.parameters().addi(direction.mul(step));
    INDArray ahead = network.forward(images, Mode.BATCH_STATISTICS).logits().dup();
    network.parameters().assign(start).subi(direction.mul(step));
    INDArray behind = network.forward(images, Mode.BATCH_STATISTICS).logits().dup();
    INDArray difference = ahead.sub(behind).div(2 * step);
    network.parameters().assign(start);

    network.forward(images, Mode.BATCH_STATISTICS);
    INDArray tangent = network.tangent(direction).logits();
    assertThat(distance(tangent, difference)).isLessThan(1e-6);
    double expected = tangent.mul(gradLogits).sumNumber().doubleValue();
    network.backward(gradLogits);
    double slope = network.gradients().mul(direction).sumNumber().doubleValue();
    assertThat(slope).isEqualTo(expected, offset(1e-9 * (1 + Math.abs(expected))));
  }
}
