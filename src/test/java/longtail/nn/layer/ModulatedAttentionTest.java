package longtail.nn.layer;

import static longtail.nn.TestNetworks.distance;
import static longtail.nn.TestNetworks.images;
import static longtail.nn.TestNetworks.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import longtail.Bits;
import longtail.nn.Network;
import longtail.nn.TestNetworks;
import longtail.nn.backbone.Attention;
import longtail.nn.backbone.Resnet;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import longtail.nn.weights.PretrainedWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class ModulatedAttentionTest {
  private static final int SIZE = 65;
  private static final int CLASSES = 5;

  private static INDArray random(long seed, long... shape) {
    return normal(seed, DataType.DOUBLE, shape);
  }

  /** An attention whose mask counts, unlike that of a fresh one. */
  private static AttentionRun started(long... shape) {
    AttentionRun run = new AttentionRun(shape);
    long seed = 40;
    for (String name : run.names()) {
      INDArray parameter = run.parameter(name);
      parameter.addi(random(seed++, parameter.shape()).muli(0.3));
    }
    return run;
  }

  @ParameterizedTest
  @CsvSource({"1,1,1,2", "3,2,3,4", "2,3,2,7"})
  void gradientsAreThoseOfCentralDifferences(long batch, long height, long width, long channels) {
    AttentionRun run = started(batch, height, width, channels);
    INDArray x = random(1, batch, height, width, channels);
    INDArray upstream = random(2, x.shape());
    run.forward(x);
    INDArray gradX = run.backward(upstream);
    agrees("input", gradX, x, run, x, upstream);
    for (String name : run.names()) {
      agrees(name, run.gradient(name), run.parameter(name), run, x, upstream);
    }
  }

  private static void agrees(
      String what, INDArray gradient, INDArray at, AttentionRun run, INDArray x, INDArray r) {
    double step = 1e-6;
    for (long i = 0; i < at.length(); i++) {
      double value = at.getDouble(i);
      at.putScalar(i, value + step);
      double above = run.forward(x).mul(r).sumNumber().doubleValue();
      at.putScalar(i, value - step);
      double below = run.forward(x).mul(r).sumNumber().doubleValue();
      at.putScalar(i, value);
      assertThat(gradient.getDouble(i))
          .as("%s %d", what, i)
          .isCloseTo((above - below) / (2 * step), offset(1e-7));
    }
  }

  /** {@code <r, J v> = <Jᵀ r, v>}. */
  @Test
  void aTangentIsTheAdjointOfTheGradients() {
    AttentionRun run = started(2, 3, 2, 6);
    INDArray x = random(1, 2, 3, 2, 6);
    INDArray upstream = random(2, x.shape());
    INDArray moving = random(3, x.shape());
    run.forward(x);
    Map<String, INDArray> directions = new LinkedHashMap<>();
    for (String name : run.names()) {
      directions.put(name, random(50 + directions.size(), run.parameter(name).shape()));
    }
    double still = product(run.tangent(directions, null), upstream);
    double both = product(run.tangent(directions, moving), upstream);
    double fromInput = product(run.backward(upstream), moving);
    double fromParameters =
        run.names().stream().mapToDouble(n -> product(run.gradient(n), directions.get(n))).sum();
    assertThat(still).isCloseTo(fromParameters, offset(1e-11 * (1 + Math.abs(still))));
    assertThat(both).isCloseTo(fromParameters + fromInput, offset(1e-11 * (1 + Math.abs(both))));
  }

  private static double product(INDArray a, INDArray b) {
    return a.mul(b).sumNumber().doubleValue();
  }

  @Test
  void aFreshAttentionIsTheIdentity() {
    AttentionRun run = new AttentionRun(2, 3, 3, 4);
    INDArray x = random(1, 2, 3, 3, 4);
    assertThat(Bits.of(run.forward(x))).isEqualTo(Bits.of(x));
  }

  private static Network network(Attention attention, int projection, DataType type) {
    Resnet backbone = new Resnet(10, ConvolutionWeights.FAN_OUT, 32, attention, projection);
    return Network.create(
        new Architecture(backbone, LinearHead.standard(), CLASSES, SIZE, SIZE), type, 1);
  }

  @Test
  void aNetworkWithAttentionIsSavedWholeAndStartsFromAPlainBackbone() throws IOException {
    try (Network plain = network(Attention.NONE, 0, DataType.FLOAT);
        Network network = network(Attention.MODULATED, 20, DataType.FLOAT)) {
      assertThat(PretrainedWeights.of(plain, "plain").transfer(network).fresh())
          .contains("modulatedatt.fc_spatial.weight", "fc_add.bias", "classifier.weight");
      assertThat(network.featureWidth()).isEqualTo(20);
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      network.save(file);
      INDArray x = images(4, DataType.FLOAT, 2, SIZE);
      try (Network loaded = Network.load(new ByteArrayInputStream(file.toByteArray()))) {
        assertThat(loaded.layout()).isEqualTo(network.layout());
        INDArray logits = network.forward(x, Mode.EVAL).logits().dup();
        assertThat(Bits.of(loaded.forward(x, Mode.EVAL).logits())).isEqualTo(Bits.of(logits));
      }
    }
  }

  @Test
  void singlePrecisionAgreesWithDouble() {
    try (Network exact = network(Attention.MODULATED, 20, DataType.DOUBLE);
        Network single = network(Attention.MODULATED, 20, DataType.FLOAT)) {
      INDArray x = images(4, DataType.DOUBLE, 2, SIZE);
      INDArray mask = random(7, 512, 256, 1, 1).muli(0.05);
      for (Network network : new Network[] {exact, single}) {
        network.layout().stream()
            .filter(block -> block.name().equals("modulatedatt.conv_mask.weight"))
            .forEach(block -> TestNetworks.part(network.parameters(), block).assign(mask));
      }
      INDArray upstream = random(6, 2, CLASSES);
      INDArray logits = exact.forward(x, Mode.RUNNING_STATISTICS).logits().dup();
      exact.backward(null, upstream);
      INDArray input = x.castTo(DataType.FLOAT);
      assertThat(distance(single.forward(input, Mode.RUNNING_STATISTICS).logits(), logits))
          .isLessThan(1e-4);
      single.backward(null, upstream.castTo(DataType.FLOAT));
      assertThat(distance(single.gradients(), exact.gradients())).isLessThan(1e-3);
    }
  }

  @Test
  void aNegativeProjectionIsRefused() {
    assertThatThrownBy(() -> new Resnet(10, ConvolutionWeights.FAN_OUT, 32, Attention.NONE, -1))
        .hasMessageContaining("projection");
  }
}
