package longtail.train.experiment;

import java.io.Serializable;

/**
 * What {@link EarlyStop} knows of a stage.
 *
 * @param best the best value so far; NaN before the first validation
 * @param validations how many in a row brought nothing better
 */
public record Plateau(double best, int validations) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Before the first validation of a stage. */
  public static final Plateau NONE = new Plateau(Double.NaN, 0);
}
