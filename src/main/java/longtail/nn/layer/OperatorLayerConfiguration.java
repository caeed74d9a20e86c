package longtail.nn.layer;

import java.util.Collection;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * What the configurations of our layers have in common for Deeplearning4j's own training: every
 * learnt tensor is regularised, as in PyTorch, and running statistics are left alone.
 */
public abstract class OperatorLayerConfiguration extends FeedForwardLayer implements Parameterized {
  /** A fresh layer, whose parameters it is given afterwards. */
  public abstract OperatorLayer<?> layer(NeuralNetConfiguration configuration, DataType type);

  @Override
  public Layer instantiate(
      NeuralNetConfiguration configuration,
      Collection<TrainingListener> listeners,
      int index,
      INDArray view,
      boolean initialize,
      DataType type) {
    OperatorLayer<?> layer = layer(configuration, type);
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(view);
    layer.setParamTable(FlatViews.INSTANCE.init(configuration, view, initialize));
    layer.setConf(configuration);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    return FlatViews.INSTANCE;
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType input) {
    return null;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType input) {
    return null;
  }

  @Override
  public boolean isPretrainParam(String key) {
    return false;
  }

  @Override
  public IUpdater getUpdaterByParam(String key) {
    return FlatViews.role(this, key).trainable() ? iUpdater : new NoOp();
  }

  @Override
  public List<Regularization> getRegularizationByParam(String key) {
    return FlatViews.role(this, key).trainable() ? regularization : null;
  }
}
