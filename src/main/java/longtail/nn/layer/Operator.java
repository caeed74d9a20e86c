package longtail.nn.layer;

import longtail.nn.kernel.Kernels;

/** A vertex of the graph that computes by kernels. */
public interface Operator {
  /** Shape of the output for inputs of these shapes. */
  long[] outputShape(long[]... inputs);

  /** The computation for inputs of these shapes; no backward pass follows {@link Mode#EVAL}. */
  PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs);

  /** Whether the backward pass reads the inputs of the forward pass. */
  boolean keepsInputs();

  /** Whether the backward pass reads the output of the forward pass. */
  boolean keepsOutput();

  /** Whether a forward pass may write its output over its first input, which nobody else reads. */
  default boolean overwritesInput() {
    return false;
  }

  /** Whether a backward pass may write the gradient of an input over that of the output. */
  default boolean overwritesGradient() {
    return false;
  }

  /**
   * Whether its output is cheaper to compute again for a backward pass than to keep, where memory
   * is short; it then keeps its input.
   */
  default boolean recomputesCheaply() {
    return false;
  }

  /** Whether what an image gives depends on that image alone. */
  default boolean byImage() {
    return false;
  }

  /**
   * Whether it computes by ND4J's operations, on arrays of the host alone; where the memory is a
   * device's, an {@link Island} brings them there and back.
   */
  default boolean island() {
    return false;
  }

  /** Whether there are parameters to learn. */
  default boolean learns() {
    return false;
  }

  /** Whether this is part of the head. */
  default boolean head() {
    return false;
  }

  /** Whether this is the part of the head whose output is the logits. */
  default boolean classifier() {
    return false;
  }
}
