package longtail.nn;

import longtail.nn.kernel.NormalizationShape;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Builds the Deeplearning4j graph of an architecture. Vertices have the names of the layers in the
 * papers' checkpoints. Behind the classifier stands a loss layer without parameters, for those who
 * train or evaluate by Deeplearning4j itself: the graph's one output is the class probabilities.
 */
final class ResidualGraph {
  private static final String IMAGES = "images";
  private static final String FEATURES = "features";
  private static final String CLASSIFIER = "classifier";
  private static final String PROBABILITIES = "probabilities";

  private final ComputationGraphConfiguration.GraphBuilder graph;
  private final Shortcut shortcut;

  private ResidualGraph(ComputationGraphConfiguration.GraphBuilder graph, Shortcut shortcut) {
    this.graph = graph;
    this.shortcut = shortcut;
  }

  /** An initialised graph; equal arguments give equal parameters. */
  static ComputationGraph build(Architecture architecture, DataType type, long seed) {
    Stages stages = architecture.backbone().stages();
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .dataType(type)
            .updater(new Sgd(0.1))
            .graphBuilder()
            .addInputs(IMAGES);
    new ResidualGraph(builder, stages.shortcut()).assemble(architecture, stages);
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
  }

  private void assemble(Architecture architecture, Stages stages) {
    String last = convolution("conv1", IMAGES, 3, stages.stem(), 3, 1);
    last = normalization("bn1", last, stages.stem(), NormalizationShape.Activation.RELU);
    int width = stages.stem();
    for (int s = 0; s < stages.stages().size(); s++) {
      Stages.Stage stage = stages.stages().get(s);
      for (int b = 0; b < stage.blocks(); b++) {
        String name = "layer%d.%d".formatted(s + 1, b);
        last = block(name, last, width, stage.width(), b == 0 ? stage.stride() : 1);
        width = stage.width();
      }
    }
    graph.addVertex(FEATURES, new GlobalAveragePool(), last);
    graph.addLayer(
        CLASSIFIER, architecture.head().layer(stages.features(), architecture.classes()), FEATURES);
    graph.addLayer(
        PROBABILITIES,
        new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build(),
        CLASSIFIER);
    graph.setOutputs(PROBABILITIES);
    graph.setInputTypes(
        InputType.convolutional(architecture.height(), architecture.width(), 3, CNN2DFormat.NHWC));
  }

  /** Two convolutions and the shortcut around them; the block's name is that of its output. */
  private String block(String name, String input, int in, int out, int stride) {
    String first = convolution(name + ".conv1", input, in, out, 3, stride);
    first = normalization(name + ".bn1", first, out, NormalizationShape.Activation.RELU);
    String second = convolution(name + ".conv2", first, out, out, 3, 1);
    second = normalization(name + ".bn2", second, out, NormalizationShape.Activation.NONE);
    String around = stride == 1 && in == out ? input : shortcut(name, input, in, out, stride);
    graph.addVertex(name, new ResidualSum(), second, around);
    return name;
  }

  private String shortcut(String name, String input, int in, int out, int stride) {
    switch (shortcut) {
      case A -> {
        graph.addVertex(name + ".shortcut", new PaddedSubsample(out), input);
        return name + ".shortcut";
      }
      case B -> {
        String narrow = convolution(name + ".downsample.0", input, in, out, 1, stride);
        return normalization(
            name + ".downsample.1", narrow, out, NormalizationShape.Activation.NONE);
      }
    }
    throw new IllegalStateException("no such shortcut: " + shortcut);
  }

  private String convolution(String name, String input, int in, int out, int window, int stride) {
    graph.addLayer(name, new Convolution(in, out, window, stride), input);
    return name;
  }

  private String normalization(
      String name, String input, int channels, NormalizationShape.Activation following) {
    graph.addLayer(name, new BatchNormalization(channels, following), input);
    return name;
  }
}
