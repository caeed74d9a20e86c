package longtail.nn;

import java.util.List;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.Head;
import longtail.nn.head.HeadPart;
import longtail.nn.head.LinearHead;
import longtail.nn.kernel.NormalizationShape;
import longtail.nn.layer.BatchNormalization;
import longtail.nn.layer.Convolution;
import longtail.nn.layer.GlobalAveragePool;
import longtail.nn.layer.Role;
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
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks in float64 on given features, as images of one pixel with as many channels. */
public final class FeatureNetwork {
  private FeatureNetwork() {}

  /** A linear classifier of features as they are. */
  public static Network linear(int width, int classes) {
    return build(LinearHead.standard(), width, classes, "images", graph(width));
  }

  /**
   * A head on features that a batch normalisation, named {@code bn}, normalises. As in every
   * network a convolution stands before it, which leaves the features as they are.
   */
  public static Network normalized(Head head, int width, int classes) {
    ComputationGraphConfiguration.GraphBuilder graph = graph(width);
    graph.addLayer("identity", new Convolution(width, width, 1, 1), "images");
    graph.addLayer(
        "bn", new BatchNormalization(width, NormalizationShape.Activation.NONE), "identity");
    Network network = build(head, width, classes, "bn", graph);
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
      Head head,
      int width,
      int classes,
      String last,
      ComputationGraphConfiguration.GraphBuilder graph) {
    graph.addVertex(HeadPart.FEATURES, new GlobalAveragePool(), last);
    for (HeadPart part : head.parts(width, classes)) {
      graph.addLayer(part.name(), part.layer(), part.input());
    }
    graph.addLayer(
        "probabilities",
        new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build(),
        HeadPart.CLASSIFIER);
    graph.setOutputs("probabilities");
    ComputationGraph built = new ComputationGraph(graph.build());
    built.init();
    return Network.of(built);
  }

  /** {@code [batch, width]} as images. */
  public static INDArray images(INDArray features) {
    return features.dup('c').reshape('c', new long[] {features.size(0), 1, 1, features.size(1)});
  }

  public static void set(Network network, Role role, INDArray values) {
    ParameterBlock block = block(network, role);
    TestNetworks.part(network.parameters(), block)
        .assign(values.dup('c').reshape('c', block.shape()));
  }

  /** The block of {@code role} in a vector that is laid out as the parameters. */
  public static double[] get(Network network, INDArray flat, Role role) {
    return TestNetworks.part(flat, block(network, role)).dup('c').data().asDouble();
  }

  /** What learns of the head. */
  public static List<Span> head(Network network) {
    return network.layout().stream()
        .filter(block -> block.head() && block.trainable())
        .map(block -> new Span(block.offset(), block.length()))
        .toList();
  }

  /** All that learns but the convolution. */
  public static List<Span> everything(Network network) {
    return network.layout().stream()
        .filter(block -> block.trainable() && block.role() != Role.CONVOLUTION)
        .map(block -> new Span(block.offset(), block.length()))
        .toList();
  }

  private static ParameterBlock block(Network network, Role role) {
    return network.layout().stream().filter(b -> b.role() == role).findFirst().orElseThrow();
  }
}
