package longtail.method;

import java.util.Map;

/**
 * What a step saw.
 *
 * @param examples images of the step
 * @param loss mean loss of the step's images
 * @param correct images whose largest logit was that of their class; a mixed image counts by the
 *     shares of its labels
 * @param figures what else the method reports, by the names that logs use; logs show their means,
 *     weighted by examples
 */
public record StepResult(int examples, double loss, double correct, Map<String, Double> figures) {
  /** A step without further figures. */
  public StepResult(int examples, double loss, double correct) {
    this(examples, loss, correct, Map.of());
  }
}
