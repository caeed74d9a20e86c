package longtail.nn.layer;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A Deeplearning4j vertex that is an {@link Operator} without parameters. */
@SuppressWarnings("overrides") // Deeplearning4j declares setInputs with and without varargs
public final class OperatorVertex extends BaseGraphVertex {
  private final transient Operator operator;
  private final transient Standalone standalone;

  OperatorVertex(ComputationGraph graph, String name, int index, Operator operator, DataType type) {
    super(graph, name, index, null, null, type);
    this.operator = operator;
    standalone = new Standalone(operator, type);
  }

  public Operator operator() {
    return operator;
  }

  @Override
  public boolean hasLayer() {
    return false;
  }

  @Override
  public Layer getLayer() {
    return null;
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
    return standalone.forward(training, workspaces, inputs);
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
    return new Pair<>(null, standalone.backward(epsilon, workspaces));
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    if (view != null) {
      throw new IllegalArgumentException("a vertex without parameters has no gradient view");
    }
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState state, int batch) {
    return new Pair<>(null, state);
  }

  @Override
  public void clear() {
    super.clear();
    standalone.clear();
  }

  @Override
  public String toString() {
    return "OperatorVertex(%s, %s)".formatted(getVertexName(), operator);
  }
}
