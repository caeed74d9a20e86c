package longtail.optim;

import org.nd4j.linalg.api.ndarray.INDArray;

/** What is done to a classifier's weight, {@code [classes, width]}, while it is trained. */
public sealed interface Constraint permits MaxNorm, TauNorm {
  /** When a constraint acts. */
  enum Timing {
    /** After every step of the optimiser. */
    STEP,
    /** After the last step of every epoch. */
    EPOCH
  }

  /** When the constraint acts. */
  Timing timing();

  /** What is measured of {@code weight} before the first step; 0 if nothing. */
  double limit(INDArray weight);

  /** Changes {@code weight} in place; {@code limit} is what was measured before the first step. */
  void project(INDArray weight, double limit);
}
