package longtail.nn.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.ByteString;

/** An ONNX graph that grows node by node; values have names, and every method returns its own. */
final class OnnxGraph {
  private static final int AXES_ARE_AN_INPUT = 18;

  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final int opset;

  /** An empty graph of the operators of version {@code opset}. */
  OnnxGraph(String name, int opset) {
    graph.setName(name);
    this.opset = opset;
  }

  /** A node of kind {@code type} that computes the value {@code output}. */
  String node(String type, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(type)
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return output;
  }

  /**
   * The kind of reduction {@code type}, such as {@code ReduceL2}, over {@code axis}, which stays
   * with extent 1.
   */
  String reduce(String type, String output, String input, long axis) {
    return opset < AXES_ARE_AN_INPUT
        ? node(type, output, List.of(input), integers("axes", axis))
        : node(type, output, List.of(input, numbers(output + ".axes", axis)));
  }

  /** The constant {@code name} of float32, {@code values} in C order. */
  String tensor(String name, long[] shape, float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return constant(name, TensorProto.DataType.FLOAT, shape, bytes);
  }

  /** The constant vector {@code name} of int64. */
  String numbers(String name, long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return constant(name, TensorProto.DataType.INT64, new long[] {values.length}, bytes);
  }

  private String constant(
      String name, TensorProto.DataType type, long[] shape, ByteBuffer elements) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(elements));
    for (long extent : shape) {
      tensor.addDims(extent);
    }
    graph.addInitializer(tensor);
    return name;
  }

  /** Declares the input {@code name}; extents are numbers, or names of what may vary. */
  void input(String name, TensorProto.DataType type, List<?> shape) {
    graph.addInput(value(name, type, shape));
  }

  /** Declares the float32 value {@code name} as an output. */
  void output(String name, List<?> shape) {
    graph.addOutput(value(name, TensorProto.DataType.FLOAT, shape));
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, List<?> shape) {
    TensorShapeProto.Builder extents = TensorShapeProto.newBuilder();
    for (Object extent : shape) {
      TensorShapeProto.Dimension.Builder dimension = extents.addDimBuilder();
      if (extent instanceof Number number) {
        dimension.setDimValue(number.longValue());
      } else {
        dimension.setDimParam(extent.toString());
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(extents)))
        .build();
  }

  /** The graph as it is. */
  GraphProto proto() {
    return graph.build();
  }

  /** An attribute that is one integer. */
  static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** An attribute that is a list of integers. */
  static AttributeProto integers(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  /** An attribute that is a real number. */
  static AttributeProto real(String name, double value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF((float) value)
        .build();
  }
}
