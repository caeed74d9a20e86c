package longtail.nn.onnx;

import static longtail.nn.onnx.OnnxGraph.integer;
import static longtail.nn.onnx.OnnxGraph.integers;

import java.util.List;
import longtail.nn.layer.ModulatedAttention;

/** Translates a {@link ModulatedAttention}; maps are matrices {@code [batch, channels, P]} here. */
final class OnnxAttention {
  private final OnnxGraph graph;
  private final OnnxLayers layers;
  private final String name;

  OnnxAttention(OnnxGraph graph, OnnxLayers layers, String name) {
    this.graph = graph;
    this.layers = layers;
    this.name = name;
  }

  /** Adds it to the map {@code x} as the value {@code output}; {@code shape} is channels last. */
  void add(String x, long[] shape, String output) {
    long channels = shape[3];
    long positions = layers.shape(name + ".fc_spatial.bias")[0];
    String value = narrow("g", x, channels / 2, positions);
    String query = transposed("theta", narrow("theta", x, channels / 2, positions));
    String key = narrow("phi", x, channels / 2, positions);
    String products = graph.node("MatMul", name + ".products", List.of(query, key));
    String attention =
        graph.node("Softmax", name + ".attention", List.of(products), integer("axis", -1));
    String mixed =
        graph.node("MatMul", name + ".mixed", List.of(attention, transposed("g", value)));
    String mask =
        graph.node(
            "MatMul",
            name + ".mask",
            List.of(
                layers.parameter(name + ".conv_mask.weight", channels, channels / 2),
                transposed("mixed", mixed)));
    String moved = graph.node("Mul", name + ".moved", List.of(mask, spatial(x, positions)));
    String extents = graph.node("Shape", name + ".extents", List.of(x));
    String map = graph.node("Reshape", name + ".map", List.of(moved, extents));
    graph.node("Add", output, List.of(x, map));
  }

  /** A 1x1 convolution to {@code inner} channels. */
  private String narrow(String part, String x, long inner, long positions) {
    String of = name + "." + part;
    String map =
        graph.node(
            "Conv",
            of + ".narrow",
            List.of(x, layers.parameter(of + ".weight"), layers.parameter(of + ".bias")),
            integers("kernel_shape", 1, 1));
    return graph.node(
        "Reshape", of + ".matrix", List.of(map, graph.numbers(of + ".shape", 0, inner, positions)));
  }

  private String transposed(String part, String matrix) {
    return graph.node(
        "Transpose", name + "." + part + ".transposed", List.of(matrix), integers("perm", 0, 2, 1));
  }

  /** The weights of the positions, {@code [batch, 1, positions]}. */
  private String spatial(String x, long positions) {
    String of = name + ".fc_spatial";
    String vectors = graph.node("Flatten", of + ".vectors", List.of(x), integer("axis", 1));
    String scores =
        graph.node(
            "Gemm",
            of + ".scores",
            List.of(vectors, layers.parameter(of + ".weight"), layers.parameter(of + ".bias")),
            integer("transB", 1));
    String shares = graph.node("Softmax", of + ".shares", List.of(scores), integer("axis", -1));
    return graph.node(
        "Reshape", of + ".rows", List.of(shares, graph.numbers(of + ".shape", 0, 1, positions)));
  }
}
