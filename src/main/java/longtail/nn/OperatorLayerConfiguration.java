package longtail.nn;

import java.util.List;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * What the configurations of our layers have in common for Deeplearning4j's own training: every
 * learnt tensor is regularised, as in PyTorch, and running statistics are left alone.
 */
abstract class OperatorLayerConfiguration extends FeedForwardLayer implements Parameterized {
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
