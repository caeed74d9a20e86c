package longtail.optim;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
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

  /** Moves {@code average}, changed in place, towards {@code parameters} of the same length. */
  public void update(INDArray average, INDArray parameters) {
    FlatVectors.of(average, parameters)
        .update(
            List.of(new Span(0, parameters.length())),
            (chunk, n) -> move(chunk[0], chunk[1], n, (float) (1 - decay)),
            (chunk, n) -> move(chunk[0], chunk[1], n, 1 - decay));
  }

  private static void move(float[] average, float[] w, int n, float part) {
    for (int i = 0; i < n; i++) {
      average[i] += part * (w[i] - average[i]);
    }
  }

  private static void move(double[] average, double[] w, int n, double part) {
    for (int i = 0; i < n; i++) {
      average[i] += part * (w[i] - average[i]);
    }
  }
}
