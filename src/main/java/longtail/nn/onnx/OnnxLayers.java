package longtail.nn.onnx;

import static longtail.nn.onnx.OnnxGraph.integer;
import static longtail.nn.onnx.OnnxGraph.integers;
import static longtail.nn.onnx.OnnxGraph.real;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.graph.Program.Step;
import longtail.nn.head.HeadLayer;
import longtail.nn.kernel.NormalizationShape.Activation;
import longtail.nn.layer.BatchNormalization;
import longtail.nn.layer.BranchFeatures;
import longtail.nn.layer.Convolution;
import longtail.nn.layer.GlobalAveragePool;
import longtail.nn.layer.MaxPool;
import longtail.nn.layer.ModulatedAttention;
import longtail.nn.layer.OperatorLayer;
import longtail.nn.layer.PaddedSubsample;
import longtail.nn.layer.ResidualSum;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Translates the steps of an evaluated network, whose feature maps are {@code [batch, channels,
 * height, width]} in ONNX. Parameters keep their names.
 */
final class OnnxLayers {
  private final OnnxGraph graph;
  private final INDArray parameters;
  private final Map<String, ParameterBlock> blocks = new HashMap<>();

  /** Adds to {@code graph}, with the parameters of {@code network}. */
  OnnxLayers(OnnxGraph graph, Network network) {
    this.graph = graph;
    parameters = network.memory().host(network.parameters());
    network.layout().forEach(block -> blocks.put(block.name(), block));
  }

  /**
   * Adds what {@code step} computes as the value {@code output}.
   *
   * @param inputs names of the values that it reads
   * @param shape of its first input, channels last
   * @throws LongTailException (CONFIG) naming the layer if it has no translation
   */
  void add(Step step, List<String> inputs, long[] shape, String output) {
    Object layer =
        step.operator() instanceof OperatorLayer<?> parameterized
            ? parameterized.layerConf()
            : step.operator();
    String name = step.name();
    String x = inputs.get(0);
    if (layer instanceof Convolution convolution) {
      convolution(convolution, name, x, output);
    } else if (layer instanceof BatchNormalization normalization) {
      normalization(normalization, name, x, output);
    } else if (layer instanceof ResidualSum) {
      String sum = graph.node("Add", name + ".sum", inputs);
      graph.node("Relu", output, List.of(sum));
    } else if (layer instanceof MaxPool pool) {
      long window = pool.window();
      long stride = pool.stride();
      graph.node(
          "MaxPool",
          output,
          inputs,
          integers("kernel_shape", window, window),
          integers("strides", stride, stride),
          padding(window / 2));
    } else if (layer instanceof PaddedSubsample subsample) {
      subsample(name, x, subsample.channels() - shape[3], output);
    } else if (layer instanceof GlobalAveragePool) {
      String pooled = graph.node("GlobalAveragePool", name + ".pooled", inputs);
      graph.node("Flatten", output, List.of(pooled), integer("axis", 1));
    } else if (layer instanceof BranchFeatures) {
      graph.node("Concat", output, inputs, integer("axis", 1));
    } else if (layer instanceof ModulatedAttention) {
      new OnnxAttention(graph, this, name).add(x, shape, output);
    } else if (layer instanceof HeadLayer head) {
      new OnnxHeads(graph, this, name).add(head, x, output);
    } else {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "exporting to ONNX: the layer %s (%s) has no translation; export the model as safetensors"
              .formatted(name, layer.getClass().getSimpleName()));
    }
  }

  private void convolution(Convolution layer, String name, String x, String output) {
    long window = layer.window();
    long stride = layer.stride();
    long dilation = layer.dilation();
    graph.node(
        "Conv",
        output,
        List.of(x, parameter(name + ".weight")),
        integers("kernel_shape", window, window),
        integers("strides", stride, stride),
        integers("dilations", dilation, dilation),
        integer("group", layer.groups()),
        padding(((window - 1) * dilation + 1) / 2));
  }

  private void normalization(BatchNormalization layer, String name, String x, String output) {
    boolean rectified = layer.following() == Activation.RELU;
    String normalized = rectified ? name + ".normalized" : output;
    graph.node(
        "BatchNormalization",
        normalized,
        List.of(
            x,
            parameter(name + ".weight"),
            parameter(name + ".bias"),
            parameter(name + ".running_mean"),
            parameter(name + ".running_var")),
        real("epsilon", layer.epsilon()));
    if (rectified) {
      graph.node("Relu", output, List.of(normalized));
    }
  }

  /** Every second row and column, with {@code added} channels of zeros around the others. */
  private void subsample(String name, String x, long added, String output) {
    String sparse =
        graph.node(
            "Slice",
            name + ".sparse",
            List.of(
                x,
                graph.numbers(name + ".starts", 0, 0),
                graph.numbers(name + ".ends", Integer.MAX_VALUE, Integer.MAX_VALUE),
                graph.numbers(name + ".axes", 2, 3),
                graph.numbers(name + ".steps", 2, 2)));
    long before = added / 2;
    graph.node(
        "Pad",
        output,
        List.of(sparse, graph.numbers(name + ".pads", 0, before, 0, 0, 0, added - before, 0, 0)));
  }

  private static onnx.Onnx.AttributeProto padding(long width) {
    return integers("pads", width, width, width, width);
  }

  /** The parameter {@code name} as a constant of its shape. */
  String parameter(String name) {
    return parameter(name, blocks.get(name).shape());
  }

  /** The parameter {@code name} as a constant of another shape of the same length. */
  String parameter(String name, long... shape) {
    return graph.tensor(name, shape, values(name).castTo(DataType.FLOAT).toFloatVector());
  }

  /** Whether the network has a parameter {@code name}. */
  boolean has(String name) {
    return blocks.containsKey(name);
  }

  /** Shape of the parameter {@code name}. */
  long[] shape(String name) {
    return blocks.get(name).shape();
  }

  /** The numbers of the parameter {@code name}, a vector. */
  INDArray values(String name) {
    ParameterBlock block = blocks.get(name);
    return parameters.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
  }
}
