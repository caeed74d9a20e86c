package longtail.optim;

import java.util.List;
import longtail.nn.kernel.KernelMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The rules that change parameters by their gradients; a member holds hyper-parameters only, what
 * it remembers between steps lies in a flat state vector of the caller.
 */
public sealed interface Optimizer permits Sgd, Adam {

  /** The learning rate before any schedule. */
  double lr();

  /** The same rule without weight decay. */
  Optimizer withoutDecay();

  /** Length of the state vector for {@code parameters} parameters; 0 if nothing is remembered. */
  long stateLength(long parameters);

  /**
   * Changes the trainable parameters in place.
   *
   * @param memory whose arrays all of these are
   * @param parameters all parameters, float32 or float64, contiguous
   * @param gradients of the same length and type; left unchanged
   * @param state {@link #stateLength} elements of the same type, changed in place; ignored, and may
   *     be null, where that length is 0
   * @param lr the learning rate of this step
   * @param trainable the parts to change, non-overlapping; the rest is left alone
   * @param iteration number of steps that {@code state} has seen; its content is ignored at 0
   */
  void step(
      KernelMemory memory,
      INDArray parameters,
      INDArray gradients,
      INDArray state,
      double lr,
      List<Span> trainable,
      long iteration);

  /** The same for arrays of the host. */
  default void step(
      INDArray parameters,
      INDArray gradients,
      INDArray state,
      double lr,
      List<Span> trainable,
      long iteration) {
    step(KernelMemory.ofHost(), parameters, gradients, state, lr, trainable, iteration);
  }
}
