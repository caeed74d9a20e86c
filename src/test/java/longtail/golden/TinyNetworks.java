package longtail.golden;

import longtail.nn.Network;
import longtail.nn.head.HeadWeights;
import longtail.nn.head.Linear;
import longtail.nn.kernel.NormalizationShape.Activation;
import longtail.nn.layer.BatchNormalization;
import longtail.nn.layer.Convolution;
import longtail.nn.layer.GlobalAveragePool;
import longtail.nn.layer.PaddedSubsample;
import longtail.nn.layer.ResidualSum;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;

/** Networks of cases that no configuration describes, in float64; vertices as the cases name. */
public final class TinyNetworks {
  private TinyNetworks() {}

  /** A linear classifier of given features, which are images of one pixel. */
  public static Network linear(int width, int classes) {
    GraphBuilder graph = graph().addVertex("features", new GlobalAveragePool(), "x");
    return network(graph, "features", width, classes, 1, 1, width);
  }

  /**
   * Stem and two blocks.
   *
   * @param channels of the stem and the first block
   * @param features channels of the second block, which are the features
   */
  public static Network residual(int classes, int channels, int features, long height, long width) {
    GraphBuilder graph =
        graph()
            .addLayer("conv1", new Convolution(3, channels, 3, 1), "x")
            .addLayer("bn1", new BatchNormalization(channels, Activation.RELU), "conv1");
    block(graph, "layer1.0", "bn1", channels, channels);
    block(graph, "layer2.0", "layer1.0", channels, features);
    graph.addVertex("features", new GlobalAveragePool(), "layer2.0");
    return network(graph, "features", features, classes, height, width, 3);
  }

  private static void block(GraphBuilder graph, String name, String input, int in, int out) {
    graph
        .addLayer(name + ".conv1", new Convolution(in, out, 3, out / in), input)
        .addLayer(name + ".bn1", new BatchNormalization(out, Activation.RELU), name + ".conv1")
        .addLayer(name + ".conv2", new Convolution(out, out, 3, 1), name + ".bn1")
        .addLayer(name + ".bn2", new BatchNormalization(out, Activation.NONE), name + ".conv2");
    String around = input;
    if (in != out) {
      around = name + ".shortcut";
      graph.addVertex(around, new PaddedSubsample(out), input);
    }
    graph.addVertex(name, new ResidualSum(), name + ".bn2", around);
  }

  private static GraphBuilder graph() {
    return new NeuralNetConfiguration.Builder()
        .dataType(DataType.DOUBLE)
        .graphBuilder()
        .addInputs("x");
  }

  private static Network network(
      GraphBuilder graph,
      String features,
      int featureWidth,
      int classes,
      long height,
      long width,
      long channels) {
    ComputationGraph built =
        new ComputationGraph(
            graph
                .addLayer(
                    "linear", new Linear(featureWidth, classes, HeadWeights.UNIFORM), features)
                .setOutputs("linear")
                .setInputTypes(InputType.convolutional(height, width, channels, CNN2DFormat.NHWC))
                .build());
    built.init();
    return Network.of(built);
  }
}
