package longtail.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.nn.BatchNormalization;
import longtail.nn.Convolution;
import longtail.nn.PaddedSubsample;
import longtail.nn.ResidualSum;
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

/** One basic residual block, run by Deeplearning4j itself. */
final class BlockGolden implements GoldenCheck {
  /** Deeplearning4j's names of the tensors that checkpoints call otherwise. */
  private static final Map<String, String> KEYS =
      Map.of("running_mean", "mean", "running_var", "variance");

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.METASAUG, "basicblock_*");
  }

  @Override
  public void run(GoldenCase golden) {
    JsonNode params = golden.params();
    INDArray x = channelsLast(golden.array("x"));
    int in = (int) x.size(3);
    int out = params.path("param_shapes").get(0).get(0).asInt();
    int stride = x.size(1) == golden.tensor("grad_out").shape()[2] ? 1 : 2;
    ComputationGraph graph = block(in, out, stride, x.size(1), x.size(2));
    set(graph, params, golden.array("params"));

    Map<String, INDArray> activations = graph.feedForward(new INDArray[] {x}, true, false);
    golden.check("y", channelsFirst(activations.get("sum")));
    graph.initGradientsView();
    INDArray[] atSum = backward(graph, "sum", channelsLast(golden.array("grad_out"))).getSecond();
    INDArray gradX = atSum[0];
    Map<String, Gradient> byLayer = new LinkedHashMap<>();
    for (String layer : List.of("bn2", "conv2", "bn1", "conv1")) {
      Pair<Gradient, INDArray[]> result = backward(graph, layer, gradX);
      byLayer.put(layer, result.getFirst());
      gradX = result.getSecond()[0];
    }
    boolean identity = graph.getVertex("shortcut") == null;
    INDArray around = identity ? atSum[1] : backward(graph, "shortcut", atSum[1]).getSecond()[0];
    golden.check("grad_x", channelsFirst(gradX.add(around)));
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    for (JsonNode name : params.path("param_names")) {
      String key = key(name.asText());
      int split = key.indexOf('_');
      gradients.put(
          key, byLayer.get(key.substring(0, split)).getGradientFor(key.substring(split + 1)));
    }
    golden.check("grad_params", flat(gradients));
    Map<String, INDArray> statistics = new LinkedHashMap<>();
    params
        .path("bn_stat_names")
        .forEach(n -> statistics.put(n.asText(), graph.paramTable().get(key(n.asText()))));
    golden.check("bn_stats_after", flat(statistics));
    golden.check("y_eval", channelsFirst(graph.outputSingle(x)));
  }

  private static Pair<Gradient, INDArray[]> backward(
      ComputationGraph graph, String vertex, INDArray gradOutput) {
    GraphVertex at = graph.getVertex(vertex);
    at.setEpsilon(gradOutput);
    return at.doBackward(false, LayerWorkspaceMgr.noWorkspaces());
  }

  private static ComputationGraph block(int in, int out, int stride, long height, long width) {
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.DOUBLE)
            .trainingWorkspaceMode(WorkspaceMode.NONE)
            .inferenceWorkspaceMode(WorkspaceMode.NONE)
            .graphBuilder()
            .addInputs("x")
            .addLayer("conv1", new Convolution(in, out, 3, stride), "x")
            .addLayer("bn1", new BatchNormalization(out, Activation.RELU), "conv1")
            .addLayer("conv2", new Convolution(out, out, 3, 1), "bn1")
            .addLayer("bn2", new BatchNormalization(out, Activation.NONE), "conv2");
    boolean identity = stride == 1 && in == out;
    if (!identity) {
      builder.addVertex("shortcut", new PaddedSubsample(out), "x");
    }
    builder
        .addVertex("sum", new ResidualSum(), "bn2", identity ? "x" : "shortcut")
        .setOutputs("sum")
        .setInputTypes(InputType.convolutional(height, width, in, CNN2DFormat.NHWC));
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
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
    String layer = name.substring(0, name.indexOf('.'));
    String tensor = name.substring(name.indexOf('.') + 1);
    boolean norm = layer.startsWith("bn");
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
