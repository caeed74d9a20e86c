package longtail.nn;

import java.util.EnumMap;
import java.util.Map;
import longtail.nn.LayerTensors.Purpose;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A Deeplearning4j layer that is an {@link Operator} with parameters. */
abstract class OperatorLayer<C extends FeedForwardLayer> extends BaseLayer<C> implements Operator {
  private final transient Standalone standalone;
  private final transient Map<Purpose, Map<String, INDArray>> inUse = new EnumMap<>(Purpose.class);

  OperatorLayer(NeuralNetConfiguration configuration, DataType type) {
    super(configuration, type);
    standalone = new Standalone(this, type);
  }

  /** Element type of the layer's arrays. */
  DataType elementType() {
    return dataType;
  }

  /** From now on uses {@code tensors}, by key, instead of the graph's own. */
  void use(Purpose purpose, Map<String, INDArray> tensors) {
    inUse.put(purpose, tensors);
  }

  /** Uses the graph's own tensors again. */
  void release(Purpose purpose) {
    inUse.remove(purpose);
  }

  /** The parameter {@code key} that the layer computes with. */
  @Override
  public INDArray getParam(String key) {
    return tensors(Purpose.PARAMETERS, params).get(key);
  }

  /** Where the gradient of the parameter {@code key} goes. */
  INDArray gradient(String key) {
    return tensors(Purpose.GRADIENTS, gradientViews).get(key);
  }

  /** Where the parameter {@code key} moves to in a tangent. */
  INDArray direction(String key) {
    return inUse.get(Purpose.DIRECTION).get(key);
  }

  private Map<String, INDArray> tensors(Purpose purpose, Map<String, INDArray> own) {
    Map<String, INDArray> other = inUse.get(purpose);
    return other == null ? own : other;
  }

  /** Gives the parameters fresh values. */
  void reinitialize(long seed) {
    FlatViews.initialize(layerConf(), tensors(Purpose.PARAMETERS, params), seed);
  }

  @Override
  public boolean learns() {
    return true;
  }

  /** The gradients of the parameters read them. */
  @Override
  public boolean keepsInputs() {
    return true;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    return standalone.forward(training, workspaces, input);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray gradOutput, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    INDArray gradInput = standalone.backward(gradOutput, workspaces)[0];
    Gradient gradients = new DefaultGradient();
    for (Map.Entry<String, INDArray> view : gradientViews.entrySet()) {
      gradients.setGradientFor(view.getKey(), view.getValue(), 'c');
    }
    return new Pair<>(gradients, gradInput);
  }

  @Override
  public void setParams(INDArray values) {
    setParams(values, 'c');
  }

  @Override
  public boolean updaterDivideByMinibatch(String key) {
    return FlatViews.role(layerConf(), key).trainable();
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public boolean hasBias() {
    return false;
  }

  @Override
  public void clear() {
    super.clear();
    standalone.clear();
  }
}
