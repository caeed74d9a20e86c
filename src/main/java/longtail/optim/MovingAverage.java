package longtail.optim;

import longtail.config.Default;
import longtail.config.Ranges;
import longtail.nn.kernel.KernelMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An exponential moving average of the parameters: {@code average += (1 - decay) * (w - average)}
 * after every step, beginning with the parameters before the stage's first step. Running statistics
 * of normalisations are averaged like the rest, so that the average is a network of its own.
 *
 * @param decay how much of the average a step keeps, in [0, 1)
 */
public record MovingAverage(@Default("0.999") double decay) {
  /** Checks the range. */
  public MovingAverage {
    Ranges.fraction("decay", decay);
  }

  /**
   * Moves {@code average}, changed in place, towards {@code parameters} of the same length, both of
   * {@code memory}.
   */
  public void update(KernelMemory memory, INDArray average, INDArray parameters) {
    memory.moveTowards(average, parameters, 1 - decay);
  }
}
