package longtail.method;

import java.util.Map;

/**
 * What a step saw.
 *
 * @param examples images of the step
 * @param loss mean loss of the step's images
 * @param correct images whose largest logit was that of their class
 * @param figures what else the method reports, by the names that logs use; logs show their means,
 *     weighted by examples
 */
public record StepResult(int examples, double loss, int correct, Map<String, Double> figures) {
  /** A step without further figures. */
  public StepResult(int examples, double loss, int correct) {
    this(examples, loss, correct, Map.of());
  }
}
