package longtail.nn.layer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.nn.kernel.NormalizationShape.Activation;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** One residual block, run by Deeplearning4j itself. */
public final class BlockGolden implements GoldenCheck {
  /** Deeplearning4j's names of the tensors that checkpoints call otherwise. */
  private static final Map<String, String> KEYS =
      Map.of("running_mean", "mean", "running_var", "variance");

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.METASAUG, "basicblock_*", "bottleneck_*");
  }

  @Override
  public void run(GoldenCase golden) {
    JsonNode params = golden.params();
    INDArray x = channelsLast(golden.array("x"));
    int stride = x.size(1) == golden.tensor("grad_out").shape()[2] ? 1 : 2;
    ComputationGraph graph = block(extents(params), stride, x);
    set(graph, params, golden.array("params"));

    Map<String, INDArray> activations = graph.feedForward(new INDArray[] {x}, true, false);
    golden.check("y", channelsFirst(activations.get("sum")));
    graph.initGradientsView();
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    INDArray gradX = backward(graph, channelsLast(golden.array("grad_out")), gradients);
    golden.check("grad_x", channelsFirst(gradX));
    Map<String, INDArray> ordered = new LinkedHashMap<>();
    params
        .path("param_names")
        .forEach(n -> ordered.put(n.asText(), gradients.get(key(n.asText()))));
    golden.check("grad_params", flat(ordered));
    Map<String, INDArray> statistics = new LinkedHashMap<>();
    params
        .path("bn_stat_names")
        .forEach(n -> statistics.put(n.asText(), graph.paramTable().get(key(n.asText()))));
    golden.check("bn_stats_after", flat(statistics));
    golden.check("y_eval", channelsFirst(graph.outputSingle(x)));
  }

  /** Shapes of the parameters by name. */
  private static Map<String, long[]> extents(JsonNode params) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (int i = 0; i < params.path("param_names").size(); i++) {
      JsonNode shape = params.path("param_shapes").get(i);
      long[] extents = new long[shape.size()];
      Arrays.setAll(extents, d -> shape.get(d).asLong());
      shapes.put(params.path("param_names").get(i).asText(), extents);
    }
    return shapes;
  }

  /** The gradient of the input; those of the parameters go to {@code gradients}. */
  private static INDArray backward(
      ComputationGraph graph, INDArray gradOutput, Map<String, INDArray> gradients) {
    Map<String, INDArray> incoming = new HashMap<>(Map.of("sum", gradOutput));
    int[] order = graph.topologicalSortOrder();
    for (int i = order.length - 1; i > 0; i--) {
      GraphVertex vertex = graph.getVertices()[order[i]];
      String name = vertex.getVertexName();
      vertex.setEpsilon(incoming.get(name));
      Pair<Gradient, INDArray[]> result =
          vertex.doBackward(false, LayerWorkspaceMgr.noWorkspaces());
      if (result.getFirst() != null) {
        result
            .getFirst()
            .gradientForVariable()
            .forEach((key, gradient) -> gradients.put(name + "_" + key, gradient.dup()));
      }
      List<String> inputs = graph.getConfiguration().getVertexInputs().get(name);
      for (int k = 0; k < inputs.size(); k++) {
        incoming.merge(inputs.get(k), result.getSecond()[k], INDArray::add);
      }
    }
    return incoming.get("x");
  }

  private static ComputationGraph block(Map<String, long[]> shapes, int stride, INDArray x) {
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.DOUBLE)
            .trainingWorkspaceMode(WorkspaceMode.NONE)
            .inferenceWorkspaceMode(WorkspaceMode.NONE)
            .graphBuilder()
            .addInputs("x");
    boolean bottleneck = shapes.containsKey("conv3.weight");
    int last = bottleneck ? 3 : 2;
    String before = "x";
    for (int i = 1; i <= last; i++) {
      Activation following = i == last ? Activation.NONE : Activation.RELU;
      int step = i == (bottleneck ? 2 : 1) ? stride : 1;
      before = convolution(builder, "conv" + i, "bn" + i, before, shapes, step, following);
    }
    long out = shapes.get("conv" + last + ".weight")[0];
    String around = "x";
    if (shapes.containsKey("downsample.0.weight")) {
      around =
          convolution(
              builder, "downsample.0", "downsample.1", "x", shapes, stride, Activation.NONE);
    } else if (stride != 1 || x.size(3) != out) {
      builder.addVertex("shortcut", new PaddedSubsample(out), "x");
      around = "shortcut";
    }
    builder
        .addVertex("sum", new ResidualSum(), before, around)
        .setOutputs("sum")
        .setInputTypes(InputType.convolutional(x.size(1), x.size(2), x.size(3), CNN2DFormat.NHWC));
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
  }

  private static String convolution(
      ComputationGraphConfiguration.GraphBuilder builder,
      String name,
      String norm,
      String input,
      Map<String, long[]> shapes,
      int stride,
      Activation following) {
    long[] shape = shapes.get(name + ".weight");
    int out = (int) shape[0];
    builder
        .addLayer(name, new Convolution((int) shape[1], out, (int) shape[2], stride), input)
        .addLayer(norm, new BatchNormalization(out, following), name);
    return norm;
  }

  private static void set(ComputationGraph graph, JsonNode params, INDArray values) {
    long offset = 0;
    for (JsonNode name : params.path("param_names")) {
      INDArray parameter = graph.paramTable().get(key(name.asText()));
      parameter.assign(
          values
              .get(NDArrayIndex.interval(offset, offset + parameter.length()))
              .reshape('c', parameter.shape()));
      offset += parameter.length();
    }
  }

  /** {@code bn1.running_mean} is {@code bn1_mean} to Deeplearning4j. */
  private static String key(String name) {
    String layer = name.substring(0, name.lastIndexOf('.'));
    String tensor = name.substring(name.lastIndexOf('.') + 1);
    boolean norm = layer.startsWith("bn") || layer.equals("downsample.1");
    String key =
        switch (tensor) {
          case "weight" -> norm ? "scale" : "weight";
          case "bias" -> norm ? "shift" : "bias";
          default -> KEYS.get(tensor);
        };
    return layer + "_" + key;
  }

  private static INDArray flat(Map<String, INDArray> tensors) {
    return Nd4j.concat(
        0,
        tensors.values().stream()
            .map(t -> t.dup('c').reshape('c', new long[] {t.length()}))
            .toArray(INDArray[]::new));
  }

  private static INDArray channelsLast(INDArray map) {
    return map.permute(0, 2, 3, 1).dup('c');
  }

  private static INDArray channelsFirst(INDArray map) {
    return map.permute(0, 3, 1, 2);
  }
}
