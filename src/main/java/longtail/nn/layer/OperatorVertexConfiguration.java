package longtail.nn.layer;

import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The configuration of a vertex without parameters, which is its operator at the same time. */
abstract class OperatorVertexConfiguration extends GraphVertex implements Operator {
  /** How many inputs it has. */
  int inputs() {
    return 1;
  }

  @Override
  public final int minVertexInputs() {
    return inputs();
  }

  @Override
  public final int maxVertexInputs() {
    return inputs();
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray view,
      boolean initialize,
      DataType type) {
    return new OperatorVertex(graph, name, index, this, type);
  }

  @Override
  public long numParams(boolean backprop) {
    return 0;
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputs) {
    return null;
  }

  /** Itself: a configuration never changes. */
  @Override
  public GraphVertex clone() {
    return this;
  }

  /** Without settings, all of a kind are equal. */
  @Override
  @SuppressWarnings("EqualsGetClass") // the kind is the class
  public boolean equals(Object other) {
    return other != null && getClass() == other.getClass();
  }

  @Override
  public int hashCode() {
    return getClass().hashCode();
  }
}
