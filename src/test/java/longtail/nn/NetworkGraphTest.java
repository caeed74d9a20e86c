package longtail.nn;

import static longtail.nn.TestNetworks.CLASSES;
import static longtail.nn.TestNetworks.architecture;
import static longtail.nn.TestNetworks.assertClose;
import static longtail.nn.TestNetworks.images;
import static longtail.nn.TestNetworks.part;
import static longtail.nn.TestNetworks.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import longtail.Bits;
import longtail.LongTailException;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Mode;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A network and the Deeplearning4j graph that holds its parameters: files, and training by either.
 */
class NetworkGraphTest {
  @Test
  void savedAndLoadedNetworksAreBitIdentical() throws IOException {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      for (Shortcut shortcut : Shortcut.values()) {
        try (Network network = Network.create(architecture(shortcut), type, 3)) {
          INDArray x = images(type, 4);
          network.forward(x, Mode.TRAIN);
          ByteArrayOutputStream file = new ByteArrayOutputStream();
          network.save(file);
          try (Network loaded = Network.load(new ByteArrayInputStream(file.toByteArray()))) {
            assertThat(Bits.of(loaded.parameters())).isEqualTo(Bits.of(network.parameters()));
            assertThat(loaded.layout()).isEqualTo(network.layout());
            assertThat(loaded.type()).isEqualTo(type);
            INDArray logits = network.forward(x, Mode.EVAL).logits();
            assertThat(Bits.of(loaded.forward(x, Mode.EVAL).logits())).isEqualTo(Bits.of(logits));
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
    try (Network network = small(DataType.FLOAT)) {
      ComputationGraph graph = network.graph();
      INDArray x = images(DataType.FLOAT, 4);
      INDArray labels = Nd4j.eye(CLASSES).castTo(DataType.FLOAT).get(NDArrayIndex.interval(0, 4));
      INDArray logits = network.forward(x, Mode.EVAL).logits();
      assertClose(graph.outputSingle(x), Transforms.softmax(logits).castTo(DataType.DOUBLE));

      Activations out = network.forward(x, Mode.BATCH_STATISTICS);
      network.backward(Transforms.softmax(out.logits()).subi(labels));
      INDArray ours = network.gradients().dup();
      graph.setInputs(x);
      graph.setLabels(labels);
      graph.computeGradientAndScore();
      assertClose(network.gradients(), ours.castTo(DataType.DOUBLE));
    }
  }

  @Test
  void deeplearning4jTrainsTheGraph() {
    try (Network network = small(DataType.FLOAT)) {
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
  void aGraphOfOtherLayersIsRefused() {
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
}
