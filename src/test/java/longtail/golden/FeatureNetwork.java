package longtail.golden;

import java.util.List;
import longtail.nn.BatchNormalization;
import longtail.nn.Convolution;
import longtail.nn.GlobalAveragePool;
import longtail.nn.HeadWeights;
import longtail.nn.Linear;
import longtail.nn.Network;
import longtail.nn.ParameterBlock;
import longtail.nn.Role;
import longtail.nn.kernel.NormalizationShape;
import longtail.optim.Span;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks in float64 on given features, as images of one pixel with as many channels. */
final class FeatureNetwork {
  private FeatureNetwork() {}

  /** A linear classifier of features as they are. */
  static Network linear(int width, int classes) {
    return build(width, classes, "images", graph(width));
  }

  /**
   * A linear classifier of features that a batch normalisation, named {@code bn}, normalises. As in
   * every network a convolution stands before it, which leaves the features as they are.
   */
  static Network normalized(int width, int classes) {
    ComputationGraphConfiguration.GraphBuilder graph = graph(width);
    graph.addLayer("identity", new Convolution(width, width, 1, 1), "images");
    graph.addLayer(
        "bn", new BatchNormalization(width, NormalizationShape.Activation.NONE), "identity");
    Network network = build(width, classes, "bn", graph);
    set(network, Role.CONVOLUTION, Nd4j.eye(width));
    return network;
  }

  private static ComputationGraphConfiguration.GraphBuilder graph(int width) {
    return new NeuralNetConfiguration.Builder()
        .dataType(DataType.DOUBLE)
        .graphBuilder()
        .addInputs("images")
        .setInputTypes(InputType.convolutional(1, 1, width, CNN2DFormat.NHWC));
  }

  private static Network build(
      int width, int classes, String last, ComputationGraphConfiguration.GraphBuilder graph) {
    graph.addVertex("features", new GlobalAveragePool(), last);
    graph.addLayer("classifier", new Linear(width, classes, HeadWeights.UNIFORM), "features");
    graph.addLayer(
        "probabilities",
        new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build(),
        "classifier");
    graph.setOutputs("probabilities");
    ComputationGraph built = new ComputationGraph(graph.build());
    built.init();
    return Network.of(built);
  }

  /** {@code [batch, width]} as images. */
  static INDArray images(INDArray features) {
    return features.dup('c').reshape('c', new long[] {features.size(0), 1, 1, features.size(1)});
  }

  static void set(Network network, Role role, INDArray values) {
    ParameterBlock block = block(network, role);
    part(network.parameters(), block).assign(values.dup('c').reshape('c', block.shape()));
  }

  /** The block of {@code role} in a vector that is laid out as the parameters. */
  static double[] get(Network network, INDArray flat, Role role) {
    return part(flat, block(network, role)).dup('c').data().asDouble();
  }

  /** The head's parameters. */
  static List<Span> head(Network network) {
    return network.layout().stream()
        .filter(ParameterBlock::head)
        .map(block -> new Span(block.offset(), block.length()))
        .toList();
  }

  /** All that learns but the convolution. */
  static List<Span> everything(Network network) {
    return network.layout().stream()
        .filter(block -> block.trainable() && block.role() != Role.CONVOLUTION)
        .map(block -> new Span(block.offset(), block.length()))
        .toList();
  }

  private static ParameterBlock block(Network network, Role role) {
    return network.layout().stream().filter(b -> b.role() == role).findFirst().orElseThrow();
  }

  private static INDArray part(INDArray flat, ParameterBlock block) {
    return flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .reshape('c', block.shape());
  }
}
