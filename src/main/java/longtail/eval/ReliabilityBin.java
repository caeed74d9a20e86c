package longtail.eval;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A bin of a reliability diagram: the samples whose prediction has a softmax probability in it.
 *
 * @param from lower end of the probabilities, not in the bin
 * @param to upper end, in the bin
 * @param count number of samples
 * @param correct those that were recognised
 * @param confidence mean probability of their predictions; NaN without samples
 */
public record ReliabilityBin(double from, double to, int count, int correct, double confidence) {

  /** Recognised fraction; NaN without samples. */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public double accuracy() {
    return (double) correct / count;
  }

  /** How far accuracy and mean probability are apart, times the samples; 0 without samples. */
  double gap() {
    return count == 0 ? 0 : Math.abs(correct - count * confidence);
  }
}
