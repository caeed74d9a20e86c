package longtail.nn.layer;

import java.util.EnumMap;
import java.util.Map;
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
public abstract class OperatorLayer<C extends FeedForwardLayer> extends BaseLayer<C>
    implements Operator {
  private final transient Standalone standalone;
  private final transient Map<Purpose, Map<String, INDArray>> inUse = new EnumMap<>(Purpose.class);

  /** What a layer uses its tensors for. */
  public enum Purpose {
    /** The values that it computes with. */
    PARAMETERS,
    /** Where the backward pass writes. */
    GRADIENTS,
    /** Where the parameters move to in a tangent. */
    DIRECTION
  }

  public OperatorLayer(NeuralNetConfiguration configuration, DataType type) {
    super(configuration, type);
    standalone = new Standalone(this, type);
  }

  /** Element type of the layer's arrays. */
  public DataType elementType() {
    return dataType;
  }

  /** Number of elements of all its tensors. */
  public long parameterLength() {
    return FlatViews.INSTANCE.numParams(conf);
  }

  /** Its tensors, by key, inside {@code flat}, its own part of a vector laid out as these. */
  public Map<String, INDArray> views(INDArray flat) {
    return FlatViews.INSTANCE.getGradientsFromFlattened(conf, flat);
  }

  /** From now on uses {@code tensors}, by key, instead of the graph's own. */
  public void use(Purpose purpose, Map<String, INDArray> tensors) {
    inUse.put(purpose, tensors);
  }

  /** Uses the graph's own tensors again. */
  public void release(Purpose purpose) {
    inUse.remove(purpose);
  }

  /** The parameter {@code key} that the layer computes with. */
  @Override
  public INDArray getParam(String key) {
    return tensors(Purpose.PARAMETERS).get(key);
  }

  /** Where the gradient of the parameter {@code key} goes. */
  public INDArray gradient(String key) {
    return tensors(Purpose.GRADIENTS).get(key);
  }

  /** Where the parameter {@code key} moves to in a tangent. */
  public INDArray direction(String key) {
    return tensors(Purpose.DIRECTION).get(key);
  }

  /** The tensors, by key, that it uses for {@code purpose} now. */
  Map<String, INDArray> tensors(Purpose purpose) {
    Map<String, INDArray> other = inUse.get(purpose);
    if (other != null) {
      return other;
    }
    return switch (purpose) {
      case PARAMETERS -> params;
      case GRADIENTS -> gradientViews;
      case DIRECTION -> throw new IllegalStateException("no direction is in use");
    };
  }

  /** Gives the parameters fresh values. */
  public void reinitialize(long seed) {
    FlatViews.initialize(layerConf(), tensors(Purpose.PARAMETERS), seed);
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
