package longtail.nn.onnx;

import static longtail.nn.onnx.OnnxGraph.integer;

import java.util.ArrayList;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.head.HeadLayer;
import longtail.nn.head.Linear;
import longtail.nn.head.MetaEmbedded;
import longtail.nn.head.NormFactor;
import longtail.nn.head.NormalizedLinear;
import longtail.nn.head.RectifiedLinear;
import longtail.nn.head.ScaledLinear;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Translates the layers that map vectors to vectors: heads and projections. */
final class OnnxHeads {
  /** What {@link NormFactor#UNIT} takes shorter vectors for. */
  private static final float SHORTEST = 1e-12f;

  private final OnnxGraph graph;
  private final OnnxLayers layers;
  private final String name;

  OnnxHeads(OnnxGraph graph, OnnxLayers layers, String name) {
    this.graph = graph;
    this.layers = layers;
    this.name = name;
  }

  /**
   * Adds what {@code layer} makes of the vectors {@code x} as the value {@code output}.
   *
   * @throws LongTailException (CONFIG) if it has no translation
   */
  void add(HeadLayer layer, String x, String output) {
    if (layer instanceof Linear) {
      product(x, layers.parameter(name + ".weight"), name + ".bias", output);
    } else if (layer instanceof RectifiedLinear) {
      String sum =
          product(x, layers.parameter(name + ".weight"), name + ".bias", name + ".product");
      graph.node("Relu", output, List.of(sum));
    } else if (layer instanceof ScaledLinear) {
      String plain =
          product(x, layers.parameter(name + ".fc.weight"), name + ".fc.bias", name + ".product");
      graph.node("Mul", output, List.of(plain, layers.parameter(name + ".scales")));
    } else if (layer instanceof NormalizedLinear normalized) {
      INDArray rows =
          normalized.ofRows().rows(matrix(".weight"), normalized.scale(), normalized.power());
      String features = scaled(normalized.ofFeatures(), name, x);
      product(features, constant(".weight", rows), name + ".bias", output);
    } else if (layer instanceof MetaEmbedded embedded) {
      metaEmbedded(embedded, x, output);
    } else {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "exporting to ONNX: the head's layer %s (%s) has no translation; export the model as safetensors"
              .formatted(name, layer.getClass().getSimpleName()));
    }
  }

  /** {@code x Wᵀ + b}, without {@code b} where there is no such parameter. */
  private String product(String x, String weight, String bias, String output) {
    List<String> inputs = new ArrayList<>(List.of(x, weight));
    if (layers.has(bias)) {
      inputs.add(layers.parameter(bias));
    }
    return graph.node("Gemm", output, inputs, integer("transB", 1));
  }

  /** The rows of {@code x} times a factor of their norm; its values are named by {@code of}. */
  private String scaled(NormFactor factor, String of, String x) {
    return switch (factor) {
      case NONE -> x;
      case UNIT -> {
        String norm = graph.reduce("ReduceL2", of + ".norm", x, 1);
        String least = graph.tensor(of + ".shortest", new long[] {1}, SHORTEST);
        String length = graph.node("Max", of + ".length", List.of(norm, least));
        yield graph.node("Div", of + ".scaled", List.of(x, length));
      }
      case SQUASHED -> {
        String norm = graph.reduce("ReduceL2", of + ".norm", x, 1);
        String one = graph.tensor(of + ".one", new long[] {1}, 1);
        String length = graph.node("Add", of + ".length", List.of(norm, one));
        yield graph.node("Div", of + ".scaled", List.of(x, length));
      }
      case POWER -> throw new IllegalStateException("no head takes a power of its features' norms");
    };
  }

  /** See {@link longtail.nn.head.MetaEmbeddingHead} for the formulas. */
  private void metaEmbedded(MetaEmbedded layer, String x, String output) {
    long[] perClass = layers.shape(name + ".centroids");
    String centroids = layers.parameter(name + ".centroids");
    String hallucinator = name + ".fc_hallucinator";
    String selector = name + ".fc_selector";
    String scores =
        product(
            x,
            layers.parameter(hallucinator + ".weight"),
            hallucinator + ".bias",
            hallucinator + ".scores");
    String shares =
        graph.node("Softmax", hallucinator + ".shares", List.of(scores), integer("axis", -1));
    String memory = graph.node("MatMul", name + ".memory", List.of(shares, centroids));
    String wanted =
        graph.node(
            "Tanh",
            selector + ".wanted",
            List.of(
                product(
                    x,
                    layers.parameter(selector + ".weight"),
                    selector + ".bias",
                    selector + ".product")));
    String infused = graph.node("Mul", name + ".infused", List.of(wanted, memory));
    String sum = graph.node("Add", name + ".sum", List.of(x, infused));
    String near = graph.node("Mul", name + ".near", List.of(sum, reachability(layer, x, perClass)));
    String squashed = scaled(NormFactor.SQUASHED, name, near);
    INDArray rows = NormFactor.UNIT.rows(matrix(".cosnorm_classifier.weight"), layer.scale(), 1);
    String weight = constant(".cosnorm_classifier.weight", rows);
    graph.node("Gemm", output, List.of(squashed, weight), integer("transB", 1));
  }

  /**
   * {@code reach / min_c |x - M_c|}, {@code [batch, 1]}. By differences, as the layer itself does:
   * next to a centroid the squares of lengths have no digits left.
   */
  private String reachability(MetaEmbedded layer, String x, long[] perClass) {
    String rows =
        graph.node(
            "Reshape",
            name + ".rows",
            List.of(x, graph.numbers(name + ".rows.shape", -1, 1, perClass[1])));
    String differences =
        graph.node("Sub", name + ".differences", List.of(rows, name + ".centroids"));
    String distances = graph.reduce("ReduceL2", name + ".distances", differences, 2);
    String nearest = graph.reduce("ReduceMin", name + ".nearest", distances, 1);
    String flat = graph.node("Flatten", name + ".flat", List.of(nearest), integer("axis", 1));
    String least =
        graph.tensor(name + ".least", new long[] {1}, (float) MetaEmbedded.SMALLEST_DISTANCE);
    String distance = graph.node("Max", name + ".distance", List.of(flat, least));
    String reach = graph.tensor(name + ".reach", new long[] {1}, (float) layer.reach());
    return graph.node("Div", name + ".reachability", List.of(reach, distance));
  }

  private INDArray matrix(String suffix) {
    return layers.values(name + suffix).reshape('c', layers.shape(name + suffix));
  }

  private String constant(String suffix, INDArray values) {
    float[] numbers = values.castTo(DataType.FLOAT).dup('c').data().asFloat();
    return graph.tensor(name + suffix, values.shape(), numbers);
  }
}
