package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import longtail.LongTailException;
import longtail.RandomStreams;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

class NetworkTest {
  private static final int CLASSES = 5;

  private static Architecture small(Shortcut shortcut) {
    return new Architecture(new CifarResnet(8, 4, shortcut), LinearHead.standard(), CLASSES, 8, 8);
  }

  private static Network network(DataType type) {
    return Network.create(small(Shortcut.A), type, 3);
  }

  private static INDArray normal(long seed, DataType type, long... shape) {
    SplittableRandom random = RandomStreams.of(seed);
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, RandomStreams.gaussian(random));
    }
    return array.castTo(type);
  }

  private static INDArray images(DataType type, long batch) {
    return normal(batch, type, batch, 8, 8, 3);
  }

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
    try (Network network = Network.create(small(shortcut), DataType.FLOAT, 1)) {
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
    try (Network first = network(DataType.FLOAT)) {
      Nd4j.getRandom().setSeed(99);
      Nd4j.rand(10);
      try (Network second = network(DataType.FLOAT);
          Network other = Network.create(small(Shortcut.A), DataType.FLOAT, 4)) {
        assertThat(second.parameters()).isEqualTo(first.parameters());
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

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"BATCH_STATISTICS", "RUNNING_STATISTICS"})
  void gradientsAreThoseOfCentralDifferences(Mode mode) {
    for (Shortcut shortcut : Shortcut.values()) {
      try (Network network = Network.create(small(shortcut), DataType.DOUBLE, 5)) {
        moveOffZero(network);
        INDArray x = images(DataType.DOUBLE, 3);
        INDArray atFeatures = normal(1, DataType.DOUBLE, 3, network.featureWidth());
        INDArray atLogits = normal(2, DataType.DOUBLE, 3, CLASSES);
        network.forward(x, mode);
        network.backward(atFeatures, atLogits);
        INDArray gradient = network.gradients().dup();
        INDArray gradImages = network.imageGradient();
        SplittableRandom random = RandomStreams.of(8);
        for (ParameterBlock block : network.layout()) {
          if (!block.trainable()) {
            assertThat(part(gradient, block).amaxNumber().doubleValue()).isZero();
            continue;
          }
          long index = block.offset() + random.nextLong(block.length());
          double numeric =
              slope(network, network.parameters(), index, x, mode, atFeatures, atLogits);
          assertThat(gradient.getDouble(index))
              .as("%s %s", block.name(), shortcut)
              .isCloseTo(numeric, offset(1e-6 * (1 + Math.abs(numeric))));
        }
        long index = 3 * 37 + 1;
        double numeric =
            slope(
                network,
                x.reshape('c', new long[] {x.length()}),
                index,
                x,
                mode,
                atFeatures,
                atLogits);
        assertThat(gradImages.getDouble(index))
            .isCloseTo(numeric, offset(1e-6 * (1 + Math.abs(numeric))));
      }
    }
  }

  /** Rectifiers exactly at their kink would have no derivative. */
  private static void moveOffZero(Network network) {
    for (ParameterBlock block : network.layout()) {
      if (block.role() == Role.NORM_SHIFT || block.role() == Role.RUNNING_MEAN) {
        part(network.parameters(), block)
            .assign(normal(block.offset(), DataType.DOUBLE, block.shape()).muli(0.1));
      }
    }
  }

  private static double slope(
      Network network,
      INDArray vector,
      long index,
      INDArray x,
      Mode mode,
      INDArray atFeatures,
      INDArray atLogits) {
    double step = 1e-6;
    double value = vector.getDouble(index);
    vector.putScalar(index, value + step);
    double above = objective(network.forward(x, mode), atFeatures, atLogits);
    vector.putScalar(index, value - step);
    double below = objective(network.forward(x, mode), atFeatures, atLogits);
    vector.putScalar(index, value);
    return (above - below) / (2 * step);
  }

  private static double objective(Activations out, INDArray atFeatures, INDArray atLogits) {
    return out.features().mul(atFeatures).sumNumber().doubleValue()
        + out.logits().mul(atLogits).sumNumber().doubleValue();
  }

  @Test
  void bothKernelSetsGiveTheSameNetwork() {
    try (Network exact = network(DataType.DOUBLE);
        Network single = network(DataType.FLOAT)) {
      assertThat(exact.kernels()).isEqualTo("nd4j");
      exact.parameters().assign(single.parameters().castTo(DataType.DOUBLE));
      INDArray x = images(DataType.FLOAT, 6);
      INDArray gradLogits = normal(4, DataType.FLOAT, 6, CLASSES);
      Activations a = single.forward(x, Mode.TRAIN);
      Activations b = exact.forward(x.castTo(DataType.DOUBLE), Mode.TRAIN);
      close(a.features(), b.features());
      close(a.logits(), b.logits());
      single.backward(gradLogits);
      exact.backward(gradLogits.castTo(DataType.DOUBLE));
      close(single.gradients(), exact.gradients());
      close(single.parameters(), exact.parameters());
    }
  }

  private static void close(INDArray single, INDArray exact) {
    double scale = 1 + exact.amaxNumber().doubleValue();
    assertThat(single.castTo(DataType.DOUBLE).sub(exact).amaxNumber().doubleValue() / scale)
        .isLessThan(1e-4);
  }

  @Test
  void onlyTrainingMovesTheRunningStatistics() {
    try (Network network = network(DataType.FLOAT)) {
      INDArray before = network.parameters().dup();
      INDArray x = images(DataType.FLOAT, 4);
      for (Mode mode : List.of(Mode.BATCH_STATISTICS, Mode.RUNNING_STATISTICS, Mode.EVAL)) {
        network.forward(x, mode);
        assertThat(network.parameters()).isEqualTo(before);
      }
      network.forward(x, Mode.TRAIN);
      INDArray moved = network.parameters().sub(before);
      for (ParameterBlock block : network.layout()) {
        assertThat(part(moved, block).amaxNumber().doubleValue() > 0)
            .as(block.name())
            .isEqualTo(!block.trainable());
      }
    }
  }

  @Test
  void evaluationDoesNotDependOnTheBatch() {
    try (Network network = network(DataType.FLOAT)) {
      network.forward(images(DataType.FLOAT, 8), Mode.TRAIN);
      INDArray x = images(DataType.FLOAT, 7);
      INDArray all = network.forward(x, Mode.EVAL).logits().dup();
      INDArray part =
          network.forward(x.get(NDArrayIndex.interval(0, 3)).dup('c'), Mode.EVAL).logits().dup();
      close(part, all.get(NDArrayIndex.interval(0, 3)).castTo(DataType.DOUBLE));
      assertThat(network.forward(x, Mode.EVAL).logits()).isEqualTo(all);
    }
  }

  @Test
  void batchSizesMayAlternate() {
    try (Network network = network(DataType.FLOAT);
        Network fresh = network(DataType.FLOAT)) {
      for (long batch : new long[] {4, 9, 4, 16, 2, 4}) {
        network.forward(images(DataType.FLOAT, batch), Mode.BATCH_STATISTICS);
        network.backward(normal(6, DataType.FLOAT, batch, CLASSES));
      }
      fresh.forward(images(DataType.FLOAT, 4), Mode.BATCH_STATISTICS);
      fresh.backward(normal(6, DataType.FLOAT, 4, CLASSES));
      assertThat(network.gradients()).isEqualTo(fresh.gradients());
    }
  }

  @Test
  void savedAndLoadedNetworksAreBitIdentical() throws IOException {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      for (Shortcut shortcut : Shortcut.values()) {
        try (Network network = Network.create(small(shortcut), type, 3)) {
          INDArray x = images(type, 4);
          network.forward(x, Mode.TRAIN);
          ByteArrayOutputStream file = new ByteArrayOutputStream();
          network.save(file);
          try (Network loaded = Network.load(new ByteArrayInputStream(file.toByteArray()))) {
            assertThat(loaded.parameters()).isEqualTo(network.parameters());
            assertThat(loaded.layout()).isEqualTo(network.layout());
            assertThat(loaded.type()).isEqualTo(type);
            INDArray logits = network.forward(x, Mode.EVAL).logits();
            assertThat(loaded.forward(x, Mode.EVAL).logits()).isEqualTo(logits);
          }
        }
      }
    }
  }

  @Test
  void aFileThatIsNoModelIsRefused() {
    byte[] text = "not a model".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Network.load(new ByteArrayInputStream(text)))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("model zip");
  }

  @Test
  void deeplearning4jComputesTheSameFromTheSameGraph() {
    try (Network network = network(DataType.FLOAT)) {
      ComputationGraph graph = network.graph();
      INDArray x = images(DataType.FLOAT, 4);
      INDArray labels = Nd4j.eye(CLASSES).castTo(DataType.FLOAT).get(NDArrayIndex.interval(0, 4));
      INDArray logits = network.forward(x, Mode.EVAL).logits();
      close(graph.outputSingle(x), Transforms.softmax(logits).castTo(DataType.DOUBLE));

      Activations out = network.forward(x, Mode.BATCH_STATISTICS);
      network.backward(Transforms.softmax(out.logits()).subi(labels));
      INDArray ours = network.gradients().dup();
      graph.setInputs(x);
      graph.setLabels(labels);
      graph.computeGradientAndScore();
      close(network.gradients(), ours.castTo(DataType.DOUBLE));
    }
  }

  @Test
  void deeplearning4jTrainsTheGraph() {
    try (Network network = network(DataType.FLOAT)) {
      ComputationGraph graph = network.graph();
      INDArray before = network.parameters().dup();
      INDArray labels = Nd4j.eye(CLASSES).castTo(DataType.FLOAT);
      DataSet batch = new DataSet(images(DataType.FLOAT, CLASSES), labels);
      double first = graph.score(batch);
      for (int i = 0; i < 20; i++) {
        graph.fit(batch);
      }
      assertThat(graph.score(batch)).isLessThan(first);
      INDArray moved = network.parameters().sub(before);
      for (ParameterBlock block : network.layout()) {
        assertThat(part(moved, block).amaxNumber().doubleValue()).as(block.name()).isPositive();
      }
    }
  }

  @Test
  void aFrozenBackboneHasNoGradientsAndTheHeadKeepsItsOwn() {
    INDArray x = images(DataType.FLOAT, 4);
    INDArray gradLogits = normal(4, DataType.FLOAT, 4, CLASSES);
    try (Network network = network(DataType.FLOAT)) {
      network.forward(x, Mode.TRAIN);
      network.backward(gradLogits);
      INDArray before = network.parameters().dup();

      network.freezeBackbone(FrozenNorm.RUNNING);
      INDArray frozen = network.forward(x, Mode.TRAIN).logits().dup();
      network.backward(gradLogits);
      assertThat(network.parameters()).isEqualTo(before);
      for (ParameterBlock block : network.layout()) {
        assertThat(part(network.gradients(), block).amaxNumber().doubleValue() > 0)
            .as(block.name())
            .isEqualTo(block.head());
      }
      assertThat(frozen).isEqualTo(network.forward(x, Mode.EVAL).logits());

      network.freezeBackbone(FrozenNorm.BATCH);
      network.forward(x, Mode.TRAIN);
      assertThat(network.parameters()).as("running statistics drift").isNotEqualTo(before);

      network.unfreeze();
      network.forward(x, Mode.TRAIN);
      network.backward(gradLogits);
      ParameterBlock stem = block(network, "conv1.weight");
      assertThat(part(network.gradients(), stem).amaxNumber().doubleValue()).isPositive();
    }
  }

  @Test
  void aFreshHeadLeavesTheBackboneAlone() {
    try (Network network = network(DataType.FLOAT)) {
      INDArray before = network.parameters().dup();
      network.reinitializeHead(77);
      for (ParameterBlock block : network.layout()) {
        assertThat(part(network.parameters(), block).equals(part(before, block)))
            .isEqualTo(!block.head());
      }
      network.reinitializeHead(3);
      assertThat(network.parameters()).as("the head of seed 3").isEqualTo(before);
    }
  }

  @Test
  void aStepDoesNotGrowNativeMemory() {
    try (Network network = network(DataType.FLOAT)) {
      INDArray x = images(DataType.FLOAT, 64);
      INDArray gradLogits = normal(4, DataType.FLOAT, 64, CLASSES);
      for (int i = 0; i < 5; i++) {
        network.forward(x, Mode.TRAIN);
        network.backward(gradLogits);
      }
      long before = Pointer.totalBytes();
      for (int i = 0; i < 20; i++) {
        network.forward(x, Mode.TRAIN);
        network.backward(gradLogits);
      }
      assertThat(Pointer.totalBytes() - before).isLessThan(1 << 16);
    }
  }

  @Test
  void networksInSeveralThreadsDoNotDisturbEachOther() throws Exception {
    Callable<INDArray> training =
        () -> {
          try (Network network = network(DataType.FLOAT)) {
            for (int i = 0; i < 5; i++) {
              network.forward(images(DataType.FLOAT, 8), Mode.TRAIN);
              network.backward(normal(i, DataType.FLOAT, 8, CLASSES));
              network.parameters().subi(network.gradients().mul(1e-3));
            }
            return network.parameters().dup();
          }
        };
    INDArray alone = training.call();
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<Future<INDArray>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        results.add(pool.submit(training));
      }
      for (Future<INDArray> result : results) {
        assertThat(result.get()).isEqualTo(alone);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void misuseIsRefusedWithAReason() {
    try (Network network = network(DataType.FLOAT)) {
      INDArray gradLogits = normal(4, DataType.FLOAT, 4, CLASSES);
      assertThatThrownBy(() -> network.backward(gradLogits))
          .isInstanceOf(IllegalStateException.class);
      network.forward(images(DataType.FLOAT, 4), Mode.EVAL);
      assertThatThrownBy(() -> network.backward(gradLogits))
          .isInstanceOf(IllegalStateException.class);
      network.forward(images(DataType.FLOAT, 4), Mode.TRAIN);
      assertThatThrownBy(() -> network.backward(normal(4, DataType.FLOAT, 3, CLASSES)))
          .hasMessageContaining("[4, 5]");
    }
    ComputationGraphConfiguration stock =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .addLayer("dense", new DenseLayer.Builder().nIn(2).nOut(2).build(), "in")
            .setOutputs("dense")
            .build();
    ComputationGraph graph = new ComputationGraph(stock);
    graph.init();
    assertThatThrownBy(() -> Network.of(graph))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("dense");
  }

  private static ParameterBlock block(Network network, String name) {
    return network.layout().stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow();
  }

  private static INDArray part(INDArray flat, ParameterBlock block) {
    return flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .reshape('c', block.shape());
  }
}
