package longtail.nn.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.nn.kernel.Kernels;
import longtail.nn.layer.OperatorLayer.Purpose;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A modulated attention alone, on float64 feature maps {@code [batch, height, width, channels]}.
 */
public final class AttentionRun {
  private static final String NAME = "attention";

  private final OperatorLayer<?> layer;
  private final PreparedAttention operation;
  private final INDArray output;
  private INDArray input;

  /** A fresh attention for maps of this shape. */
  public AttentionRun(long... shape) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("x")
                .addLayer(NAME, new ModulatedAttention((int) shape[3]), "x")
                .setOutputs(NAME)
                .setInputTypes(
                    InputType.convolutional(shape[1], shape[2], shape[3], CNN2DFormat.NHWC))
                .build());
    graph.init();
    graph.initGradientsView();
    layer = (OperatorLayer<?>) graph.getLayer(NAME);
    operation = (PreparedAttention) layer.prepare(Kernels.of(DataType.DOUBLE), Mode.TRAIN, shape);
    output = Nd4j.create(DataType.DOUBLE, shape);
  }

  /** Names of the parameters inside a checkpoint, behind the name of the layer. */
  public List<String> names() {
    return tensors().stream().map(Parameterized.Tensor::suffix).toList();
  }

  private List<Parameterized.Tensor> tensors() {
    return ((Parameterized) layer.layerConf()).tensors();
  }

  private String key(String name) {
    return tensors().stream()
        .filter(tensor -> tensor.suffix().equals(name))
        .findFirst()
        .orElseThrow()
        .key();
  }

  /** The live parameter {@code name}. */
  public INDArray parameter(String name) {
    return layer.getParam(key(name));
  }

  /** The gradient of the parameter {@code name} in the last backward pass. */
  public INDArray gradient(String name) {
    return layer.gradient(key(name));
  }

  /** The output for {@code x}. */
  public INDArray forward(INDArray x) {
    input = x;
    operation.forward(new INDArray[] {x}, output);
    return output;
  }

  /** The weights of the positions in the last forward pass, {@code [batch, positions]}. */
  public INDArray spatial() {
    return operation.spatial();
  }

  /** The mask of the last forward pass, in the shape of the output. */
  public INDArray mask() {
    return operation.mask().reshape('c', output.shape());
  }

  /** The gradient of the input. */
  public INDArray backward(INDArray gradOutput) {
    INDArray gradInput = Nd4j.create(DataType.DOUBLE, output.shape());
    operation.backward(new INDArray[] {input}, output, gradOutput, new INDArray[] {gradInput});
    return gradInput;
  }

  /**
   * The derivative of the output.
   *
   * @param directions where the parameters move to, by name
   * @param tangent where the input moves to, null for nowhere
   */
  INDArray tangent(Map<String, INDArray> directions, INDArray tangent) {
    Map<String, INDArray> byKey = new LinkedHashMap<>();
    directions.forEach((name, direction) -> byKey.put(key(name), direction));
    layer.use(Purpose.DIRECTION, byKey);
    INDArray tangentOutput = Nd4j.create(DataType.DOUBLE, output.shape());
    operation.tangent(new INDArray[] {input}, new INDArray[] {tangent}, output, tangentOutput);
    return tangentOutput;
  }
}
