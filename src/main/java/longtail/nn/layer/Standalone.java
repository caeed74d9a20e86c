package longtail.nn.layer;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import longtail.nn.kernel.Contiguous;
import longtail.nn.kernel.Kernels;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs one operator for Deeplearning4j, which owns the arrays and calls vertex by vertex. {@link
 * Network} does not come this way.
 */
final class Standalone {
  private static final int KEPT_SHAPES = 4;

  private final Operator operator;
  private final DataType type;
  private final Map<String, PreparedOperator> prepared = new LinkedHashMap<>(8, 0.75f, true);
  private Kernels kernels;
  private PreparedOperator last;
  private INDArray[] lastInputs;
  private INDArray lastOutput;

  Standalone(Operator operator, DataType type) {
    this.operator = operator;
    this.type = type;
  }

  /** The output in the workspace for activations. */
  INDArray forward(boolean training, LayerWorkspaceMgr workspaces, INDArray... inputs) {
    lastInputs = Arrays.stream(inputs).map(this::contiguous).toArray(INDArray[]::new);
    long[][] shapes = Arrays.stream(inputs).map(INDArray::shape).toArray(long[][]::new);
    last = prepare(training ? Mode.TRAIN : Mode.EVAL, shapes);
    lastOutput =
        workspaces.createUninitialized(
            ArrayType.ACTIVATIONS, type, operator.outputShape(shapes), 'c');
    last.forward(lastInputs, lastOutput);
    return lastOutput;
  }

  /** The gradients of all inputs in the workspace for gradients. */
  INDArray[] backward(INDArray gradOutput, LayerWorkspaceMgr workspaces) {
    INDArray[] gradInputs = new INDArray[lastInputs.length];
    for (int i = 0; i < gradInputs.length; i++) {
      gradInputs[i] =
          workspaces.createUninitialized(
              ArrayType.ACTIVATION_GRAD, type, lastInputs[i].shape(), 'c');
    }
    last.backward(lastInputs, lastOutput, contiguous(gradOutput), gradInputs);
    return gradInputs;
  }

  /** Forgets the arrays of the last pass. */
  void clear() {
    last = null;
    lastInputs = null;
    lastOutput = null;
  }

  private PreparedOperator prepare(Mode mode, long[][] shapes) {
    String key = mode + Arrays.deepToString(shapes);
    PreparedOperator operation = prepared.get(key);
    if (operation == null) {
      if (prepared.size() >= KEPT_SHAPES) {
        String oldest = prepared.keySet().iterator().next();
        prepared.remove(oldest).close();
      }
      if (kernels == null) {
        kernels = Kernels.of(type).onHost();
      }
      operation = operator.prepare(kernels, mode, shapes);
      prepared.put(key, operation);
    }
    return operation;
  }

  private INDArray contiguous(INDArray array) {
    return Contiguous.of(array, type);
  }
}
