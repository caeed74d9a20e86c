package longtail.nn.graph;

import longtail.nn.backbone.Attention;
import longtail.nn.backbone.Stages;
import longtail.nn.head.HeadLayer;
import longtail.nn.head.HeadPart;
import longtail.nn.head.RectifiedLinear;
import longtail.nn.kernel.NormalizationShape;
import longtail.nn.layer.BatchNormalization;
import longtail.nn.layer.Branch;
import longtail.nn.layer.BranchFeatures;
import longtail.nn.layer.Convolution;
import longtail.nn.layer.GlobalAveragePool;
import longtail.nn.layer.MaxPool;
import longtail.nn.layer.ModulatedAttention;
import longtail.nn.layer.PaddedSubsample;
import longtail.nn.layer.ResidualSum;
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
public final class ResidualGraph {
  private static final String IMAGES = "images";
  private static final String MAXIMUM = "maxpool";
  public static final String ATTENTION = "modulatedatt";
  public static final String PROJECTION = "fc_add";
  private static final String PROBABILITIES = "probabilities";

  private final ComputationGraphConfiguration.GraphBuilder graph;
  private final Stages stages;

  private ResidualGraph(ComputationGraphConfiguration.GraphBuilder graph, Stages stages) {
    this.graph = graph;
    this.stages = stages;
  }

  /** An initialised graph; equal arguments give equal parameters. */
  public static ComputationGraph build(Architecture architecture, DataType type, long seed) {
    return build(architecture.backbone().stages(), architecture, type, seed);
  }

  /** The same with {@code stages} instead of those of the backbone. */
  public static ComputationGraph build(
      Stages stages, Architecture architecture, DataType type, long seed) {
    ComputationGraph graph = new ComputationGraph(configuration(stages, architecture, type, seed));
    graph.init();
    return graph;
  }

  /** The graph's configuration, which holds no parameters yet. */
  public static ComputationGraphConfiguration configuration(
      Architecture architecture, DataType type, long seed) {
    return configuration(architecture.backbone().stages(), architecture, type, seed);
  }

  private static ComputationGraphConfiguration configuration(
      Stages stages, Architecture architecture, DataType type, long seed) {
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .dataType(type)
            .updater(new Sgd(0.1))
            .graphBuilder()
            // Parts of a head that serve training lead to no output of the graph.
            .allowDisconnected(true)
            .addInputs(IMAGES);
    new ResidualGraph(builder, stages).assemble(architecture);
    return builder.build();
  }

  private void assemble(Architecture architecture) {
    String last = stem();
    int width = stages.stemWidth();
    for (int s = 0; s < stages.stages().size(); s++) {
      Stages.Stage stage = stages.stages().get(s);
      for (int b = 0; b < stage.blocks(); b++) {
        String name = "layer" + (s + 1) + "." + b;
        int stride = b == 0 ? stage.stride() : 1;
        int dilation = b == 0 ? stage.firstDilation() : stage.dilation();
        if (isDoubled(s, b)) {
          for (Branch branch : Branch.values()) {
            block(branch.block(), last, width, stage, stride, dilation);
          }
          continue;
        }
        last = block(name, last, width, stage, stride, dilation);
        width = stages.outputs(stage);
      }
    }
    head(architecture, features(last));
    graph.setInputTypes(
        InputType.convolutional(architecture.height(), architecture.width(), 3, CNN2DFormat.NHWC));
  }

  private boolean isDoubled(int stage, int block) {
    return stages.ends() == Stages.Ends.BILATERAL
        && stage == stages.stages().size() - 1
        && block == stages.stages().get(stage).blocks() - 1;
  }

  /** From the last feature map to the features; the layers in the order of the checkpoints. */
  private String features(String last) {
    if (stages.ends() == Stages.Ends.BILATERAL) {
      for (Branch branch : Branch.values()) {
        graph.addVertex(branch.pool(), new GlobalAveragePool(), branch.block());
      }
      graph.addVertex(
          HeadPart.FEATURES,
          new BranchFeatures(),
          Branch.CONVENTIONAL.pool(),
          Branch.REBALANCING.pool());
      return HeadPart.FEATURES;
    }
    boolean attentive = stages.attention() == Attention.MODULATED;
    String features = HeadPart.FEATURES;
    if (stages.projection() > 0) {
      graph.addLayer(
          PROJECTION, new RectifiedLinear(stages.channels(), stages.projection()), features);
      features = PROJECTION;
    }
    if (attentive) {
      graph.addLayer(ATTENTION, new ModulatedAttention(stages.channels()), last);
    }
    graph.addVertex(HeadPart.FEATURES, new GlobalAveragePool(), attentive ? ATTENTION : last);
    return features;
  }

  private void head(Architecture architecture, String features) {
    for (HeadPart part : architecture.head().parts(stages.features(), architecture.classes())) {
      String input = part.input().equals(HeadPart.FEATURES) ? features : part.input();
      graph.addLayer(part.name(), part.layer(), input);
      if (part.layer().use() == HeadLayer.Use.CLASSIFIER) {
        graph.addLayer(
            PROBABILITIES,
            new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build(),
            part.name());
      }
    }
    graph.setOutputs(PROBABILITIES);
  }

  private String stem() {
    int width = stages.stemWidth();
    boolean large = stages.stem() == Stages.Stem.LARGE;
    String last = convolution("conv1", IMAGES, 3, width, large ? 7 : 3, large ? 2 : 1);
    last = normalization("bn1", last, width, NormalizationShape.Activation.RELU);
    if (large) {
      graph.addVertex(MAXIMUM, new MaxPool(3, 2), last);
      last = MAXIMUM;
    }
    return last;
  }

  /** Convolutions and the shortcut around them; the block's name is that of its output. */
  private String block(
      String name, String input, int in, Stages.Stage stage, int stride, int dilation) {
    int out = stages.outputs(stage);
    String last =
        switch (stages.block()) {
          case BASIC -> basic(name, input, in, stage, stride);
          case BOTTLENECK -> bottleneck(name, input, in, stage, stride, dilation);
        };
    String around = stride == 1 && in == out ? input : shortcut(name, input, in, out, stride);
    graph.addVertex(name, new ResidualSum(), last, around);
    return name;
  }

  private String basic(String name, String input, int in, Stages.Stage stage, int stride) {
    int out = stage.width();
    String first = convolution(name + ".conv1", input, in, out, 3, stride);
    first = normalization(name + ".bn1", first, out, NormalizationShape.Activation.RELU);
    String second = convolution(name + ".conv2", first, out, out, 3, 1);
    return normalization(name + ".bn2", second, out, NormalizationShape.Activation.NONE);
  }

  private String bottleneck(
      String name, String input, int in, Stages.Stage stage, int stride, int dilation) {
    int inner = stage.inner();
    int out = stages.outputs(stage);
    String first = convolution(name + ".conv1", input, in, inner, 1, 1);
    first = normalization(name + ".bn1", first, inner, NormalizationShape.Activation.RELU);
    String second = name + ".conv2";
    graph.addLayer(
        second,
        new Convolution(inner, inner, 3, stride, dilation, stage.groups(), stages.weights()),
        first);
    second = normalization(name + ".bn2", second, inner, NormalizationShape.Activation.RELU);
    String third = convolution(name + ".conv3", second, inner, out, 1, 1);
    return normalization(name + ".bn3", third, out, NormalizationShape.Activation.NONE);
  }

  private String shortcut(String name, String input, int in, int out, int stride) {
    switch (stages.shortcut()) {
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
    throw new IllegalStateException("no such shortcut: " + stages.shortcut());
  }

  private String convolution(String name, String input, int in, int out, int window, int stride) {
    graph.addLayer(name, new Convolution(in, out, window, stride, 1, 1, stages.weights()), input);
    return name;
  }

  private String normalization(
      String name, String input, int channels, NormalizationShape.Activation following) {
    graph.addLayer(name, new BatchNormalization(channels, following), input);
    return name;
  }
}
