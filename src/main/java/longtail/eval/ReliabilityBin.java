package longtail.eval;

/**
 * A bin of a reliability diagram: the samples whose prediction has a softmax probability in it.
 *
 * @param samples number of samples
 * @param correct those that were recognised
 * @param confidence mean probability of their predictions; NaN without samples
 */
public record ReliabilityBin(int samples, int correct, double confidence) {

  /** Recognised fraction; NaN without samples. */
  public double accuracy() {
    return (double) correct / samples;
  }

  /** How far accuracy and mean probability are apart, times the samples; 0 without samples. */
  double gap() {
    return samples == 0 ? 0 : Math.abs(correct - samples * confidence);
  }
}
