package longtail.nn.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class HeadTest {
  static Stream<Head> heads() {
    return Stream.of(
        LinearHead.standard(),
        new NormalizedHead(1),
        new NormalizedHead(30),
        new CosineHead(16),
        new TauNormalizedHead(0.7),
        new LwsHead(LwsHead.Bias.GIVEN),
        new LwsHead(LwsHead.Bias.NONE),
        new GlmcHead(HeadWeights.KAIMING, 3),
        new MetaEmbeddingHead(16, 10, MetaEmbeddingHead.Memory.LEARNT),
        new MetaEmbeddingHead(4, 2, MetaEmbeddingHead.Memory.FIXED));
  }

  private static INDArray normal(SplittableRandom random, DataType type, long... shape) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, RandomStreams.gaussian(random));
    }
    return array.castTo(type);
  }

  @ParameterizedTest
  @MethodSource("heads")
  void gradientsAreThoseOfCentralDifferences(Head head) {
    SplittableRandom random = RandomStreams.of(11);
    for (int round = 0; round < 3; round++) {
      int batch = 1 + random.nextInt(6);
      int width = 1 + random.nextInt(9);
      int classes = 2 + random.nextInt(7);
      HeadRun run = HeadRun.of(head, width, classes, DataType.DOUBLE);
      INDArray x = normal(random, DataType.DOUBLE, batch, width);
      for (String name : run.learnt()) {
        INDArray parameter = run.parameter(name);
        parameter.addi(normal(random, DataType.DOUBLE, parameter.shape()).muli(0.3));
      }
      Map<String, INDArray> upstream = new LinkedHashMap<>();
      run.forward(x)
          .forEach(
              (name, output) -> {
                if (!name.equals(HeadPart.FEATURES)) {
                  upstream.put(name, normal(random, DataType.DOUBLE, output.shape()));
                }
              });
      INDArray gradX = run.backward(upstream).dup();
      agrees("features", gradX, x, run, x, upstream);
      for (String name : run.learnt()) {
        agrees(name, run.gradient(name), run.parameter(name), run, x, upstream);
      }
    }
  }

  private static void agrees(
      String what,
      INDArray gradient,
      INDArray at,
      HeadRun run,
      INDArray x,
      Map<String, INDArray> upstream) {
    for (long i = 0; i < at.length(); i++) {
      double value = at.getDouble(i);
      double step = 1e-6;
      at.putScalar(i, value + step);
      double above = objective(run, x, upstream);
      at.putScalar(i, value - step);
      double below = objective(run, x, upstream);
      at.putScalar(i, value);
      double numeric = (above - below) / (2 * step);
      assertThat(gradient.getDouble(i))
          .as("%s %d", what, i)
          .isCloseTo(numeric, offset(2e-7 * (1 + Math.abs(numeric))));
    }
  }

  private static double objective(HeadRun run, INDArray x, Map<String, INDArray> upstream) {
    Map<String, INDArray> out = run.forward(x);
    return upstream.entrySet().stream()
        .mapToDouble(
            entry -> out.get(entry.getKey()).mul(entry.getValue()).sumNumber().doubleValue())
        .sum();
  }

  @ParameterizedTest
  @MethodSource("heads")
  void singlePrecisionAgreesWithDouble(Head head) {
    SplittableRandom random = RandomStreams.of(3);
    HeadRun exact = HeadRun.of(head, 32, 20, DataType.DOUBLE);
    HeadRun single = HeadRun.of(head, 32, 20, DataType.FLOAT);
    INDArray x = normal(random, DataType.DOUBLE, 8, 32);
    INDArray upstream = normal(random, DataType.DOUBLE, 8, 20);
    String logits = exact.classifier();
    close(single.forward(x.castTo(DataType.FLOAT)).get(logits), exact.forward(x).get(logits));
    close(
        single.backward(Map.of(logits, upstream.castTo(DataType.FLOAT))),
        exact.backward(Map.of(logits, upstream)));
    for (String name : exact.learnt()) {
      if (exact.gradient(name) != null) {
        close(single.gradient(name), exact.gradient(name));
      }
    }
  }

  private static void close(INDArray single, INDArray exact) {
    double scale = 1 + exact.amaxNumber().doubleValue();
    assertThat(single.castTo(DataType.DOUBLE).sub(exact).amaxNumber().doubleValue())
        .isLessThan(1e-5 * scale);
  }

  @ParameterizedTest
  @MethodSource("heads")
  void aNetworkWithTheHeadTrainsItsLearntPartsOnlyAndIsSavedWhole(Head head) throws IOException {
    Architecture architecture = new Architecture(new CifarResnet(8, 4, Shortcut.A), head, 5, 8, 8);
    INDArray x = normal(RandomStreams.of(1), DataType.FLOAT, 4, 8, 8, 3);
    try (Network network = Network.create(architecture, DataType.FLOAT, 3)) {
      assertThat(network.classes()).isEqualTo(5);
      assertThat(network.featureWidth()).isEqualTo(16);
      Activations out = network.forward(x, Mode.TRAIN);
      Map<String, INDArray> gradAuxiliary = new LinkedHashMap<>();
      out.auxiliary()
          .forEach(
              (name, y) ->
                  gradAuxiliary.put(name, normal(RandomStreams.of(4), y.dataType(), y.shape())));
      network.backward(null, normal(RandomStreams.of(2), DataType.FLOAT, 4, 5), gradAuxiliary);
      for (ParameterBlock block : network.layout()) {
        assertThat(part(network.gradients(), block).amaxNumber().doubleValue() > 0)
            .as(block.name())
            .isEqualTo(block.trainable());
      }
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      network.save(file);
      try (Network loaded = Network.load(new ByteArrayInputStream(file.toByteArray()))) {
        assertThat(loaded.layout()).isEqualTo(network.layout()).isEqualTo(architecture.layout());
        assertThat(Bits.of(loaded.parameters())).isEqualTo(Bits.of(network.parameters()));
        INDArray logits = network.forward(x, Mode.EVAL).logits().dup();
        assertThat(Bits.of(loaded.forward(x, Mode.EVAL).logits())).isEqualTo(Bits.of(logits));
      }
    }
  }

  private static INDArray part(INDArray flat, ParameterBlock block) {
    return flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
  }

  @Test
  void cosinesDoNotDependOnLengths() {
    SplittableRandom random = RandomStreams.of(8);
    HeadRun run = HeadRun.of(new NormalizedHead(30), 6, 4, DataType.DOUBLE);
    INDArray x = normal(random, DataType.DOUBLE, 5, 6);
    INDArray logits = run.forward(x).get("classifier").dup();
    run.parameter("classifier.weight").getRow(2).muli(7);
    INDArray longer = run.forward(x.mul(100)).get("classifier");
    assertThat(longer.sub(logits).amaxNumber().doubleValue()).isLessThan(1e-12);
    assertThat(logits.amaxNumber().doubleValue()).isLessThanOrEqualTo(30);
  }

  @Test
  void vectorsOfZerosHaveFiniteLogitsAndGradients() {
    for (Head head : heads().toList()) {
      HeadRun run = HeadRun.of(head, 3, 2, DataType.DOUBLE);
      run.learnt().stream()
          .filter(name -> name.endsWith("weight"))
          .forEach(name -> run.parameter(name).getRow(0).assign(0));
      INDArray logits = run.forward(Nd4j.zeros(DataType.DOUBLE, 2, 3)).get(run.classifier());
      INDArray gradX = run.backward(Map.of(run.classifier(), Nd4j.ones(DataType.DOUBLE, 2, 2)));
      assertThat(logits.isNaN().any() || logits.isInfinite().any()).as(head.toString()).isFalse();
      assertThat(gradX.isNaN().any() || gradX.isInfinite().any()).as(head.toString()).isFalse();
    }
  }

  @Test
  void parametersOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new NormalizedHead(0)).hasMessageContaining("scale");
    assertThatThrownBy(() -> new CosineHead(-1)).hasMessageContaining("scale");
    assertThatThrownBy(() -> new TauNormalizedHead(-0.1)).hasMessageContaining("tau");
    assertThatThrownBy(() -> new MetaEmbeddingHead(16, 0, MetaEmbeddingHead.Memory.FIXED))
        .hasMessageContaining("reach");
  }

  @Test
  void aGradientForAnUnknownOutputIsRefused() {
    Architecture architecture =
        new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), 5, 8, 8);
    try (Network network = Network.create(architecture, DataType.FLOAT, 3)) {
      INDArray x = normal(RandomStreams.of(1), DataType.FLOAT, 4, 8, 8, 3);
      network.forward(x, Mode.TRAIN);
      Map<String, INDArray> unknown = Map.of("projector", Nd4j.zeros(DataType.FLOAT, 4, 5));
      assertThatThrownBy(() -> network.backward(null, null, unknown))
          .hasMessageContaining("projector");
    }
  }
}
