package longtail.nn.onnx;

import static longtail.nn.onnx.OnnxGraph.integer;
import static longtail.nn.onnx.OnnxGraph.integers;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.Versions;
import longtail.dataset.Normalization;
import longtail.nn.Network;
import longtail.nn.graph.ImageSize;
import longtail.nn.graph.Program;
import longtail.nn.graph.Program.Step;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;

/**
 * A network as an ONNX file: the input {@value #IMAGES}, the outputs {@value #LOGITS} {@code
 * [batch, classes]} and {@value #FEATURES} {@code [batch, width]}, all for any number of images.
 * What of a head serves training only is left out. Parameters are written in float32, by the names
 * that they have in a safetensors file.
 */
public final class OnnxExport {
  /** Name of the input. */
  public static final String IMAGES = "images";

  /** Name of the output by which the network classifies. */
  public static final String LOGITS = "logits";

  /** Name of the output that the head reads. */
  public static final String FEATURES = "features";

  private static final String BATCH = "batch";

  /** A message of protobuf holds less than this; some is left for what is around the numbers. */
  private static final long LARGEST = (1L << 31) - (16 << 20);

  /** Extent of images for which shapes are followed where any will do. */
  private static final int ANY = 64;

  private final Network network;
  private final OnnxOptions options;
  private final Program program;
  private final OnnxGraph graph;
  private final ModelProto model;

  private OnnxExport(Network network, OnnxOptions options) {
    this.network = network;
    this.options = options;
    program = Program.of(network.graph());
    graph = new OnnxGraph("longtail", options.opset());
    model = model();
  }

  /**
   * The network as it computes in {@code Mode.EVAL}.
   *
   * @throws LongTailException (CONFIG) if a layer has no translation, or the parameters are too
   *     many for a file
   */
  public static OnnxExport of(Network network, OnnxOptions options) {
    long bytes = network.parameters().length() * Float.BYTES;
    if (bytes > LARGEST) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "exporting to ONNX: %d bytes of parameters are more than the 2 GiB that such a file holds; export the model as safetensors"
              .formatted(bytes));
    }
    return new OnnxExport(network, options);
  }

  /** Writes the file; {@code out} stays open. */
  public void write(OutputStream out) throws IOException {
    model.writeTo(out);
  }

  private ModelProto model() {
    String[] names = new String[program.steps().size() + 1];
    long[][] shapes = new long[names.length][];
    names[0] = input();
    ImageSize size = options.input().size().orElse(new ImageSize(ANY, ANY));
    shapes[0] = new long[] {1, size.height(), size.width(), 3};
    OnnxLayers layers = new OnnxLayers(graph, network);
    BitSet needed = needed();
    for (int value = 1; value < names.length; value++) {
      if (!needed.get(value)) {
        continue;
      }
      Step step = program.steps().get(value - 1);
      List<String> inputs = Arrays.stream(step.inputs()).mapToObj(v -> names[v]).toList();
      long[][] before =
          Arrays.stream(step.inputs()).mapToObj(v -> shapes[v]).toArray(long[][]::new);
      shapes[value] = step.operator().outputShape(before);
      names[value] = name(value, step);
      layers.add(step, inputs, before[0], names[value]);
    }
    corrected(names[program.logits()]);
    graph.output(LOGITS, List.of(BATCH, network.classes()));
    graph.output(FEATURES, List.of(BATCH, network.featureWidth()));
    return described();
  }

  /** The values that logits and features are computed from. */
  private BitSet needed() {
    BitSet needed = new BitSet();
    needed.set(program.logits());
    needed.set(program.features());
    for (int value = program.steps().size(); value > 0; value--) {
      if (needed.get(value)) {
        Arrays.stream(program.steps().get(value - 1).inputs()).forEach(needed::set);
      }
    }
    return needed;
  }

  private String name(int value, Step step) {
    if (value == program.features()) {
      return FEATURES;
    }
    return value == program.logits() && options.correction().isEmpty()
        ? LOGITS
        : step.name() + ".output";
  }

  /** Declares the input; the value that the first layer reads. */
  private String input() {
    Object height = options.input().size().<Object>map(ImageSize::height).orElse("height");
    Object width = options.input().size().<Object>map(ImageSize::width).orElse("width");
    if (options.input().pixels().isEmpty()) {
      graph.input(IMAGES, TensorProto.DataType.FLOAT, List.of(BATCH, 3, height, width));
      return IMAGES;
    }
    graph.input(IMAGES, TensorProto.DataType.UINT8, List.of(BATCH, height, width, 3));
    return normalized(options.input().pixels().get());
  }

  /** {@code (x / 255 - mean) / std}, then channels first. */
  private String normalized(Normalization normalization) {
    float[] mean = new float[3];
    float[] factor = new float[3];
    for (int c = 0; c < 3; c++) {
      mean[c] = (float) (255 * normalization.mean()[c]);
      factor[c] = (float) (1 / (255 * normalization.std()[c]));
    }
    String real =
        graph.node(
            "Cast",
            "images.real",
            List.of(IMAGES),
            integer("to", TensorProto.DataType.FLOAT_VALUE));
    String centred =
        graph.node(
            "Sub",
            "images.centred",
            List.of(real, graph.tensor("images.mean", new long[] {3}, mean)));
    String scaled =
        graph.node(
            "Mul",
            "images.scaled",
            List.of(centred, graph.tensor("images.factor", new long[] {3}, factor)));
    return graph.node(
        "Transpose", "images.normalized", List.of(scaled), integers("perm", 0, 3, 1, 2));
  }

  private void corrected(String logits) {
    options
        .correction()
        .ifPresent(
            correction -> {
              String scaled =
                  graph.node(
                      "Mul",
                      "correction.scaled",
                      List.of(logits, vector("correction.scales", correction.scales())));
              graph.node(
                  "Add", LOGITS, List.of(scaled, vector("correction.shifts", correction.shifts())));
            });
  }

  private String vector(String name, double... values) {
    float[] numbers = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      numbers[i] = (float) values[i];
    }
    return graph.tensor(name, new long[] {values.length}, numbers);
  }

  private ModelProto described() {
    List<StringStringEntryProto> properties = new ArrayList<>();
    options
        .metadata()
        .forEach(
            (key, value) ->
                properties.add(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value).build()));
    return ModelProto.newBuilder()
        .setIrVersion(options.formatVersion())
        .setProducerName("longtail-spark")
        .setProducerVersion(Versions.program())
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(options.opset()))
        .addAllMetadataProps(properties)
        .setGraph(graph.proto())
        .build();
  }
}
