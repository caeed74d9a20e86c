package longtail.eval;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How sure a model is and how often it is right (Guo et al., "On Calibration of Modern Neural
 * Networks", 2017): samples are put into {@value #BINS} equally wide bins by the softmax
 * probability of their prediction. A bin holds its upper end.
 *
 * @param bins from the lowest to the highest probability; none without samples, or if one was added
 *     without scores
 */
public record Reliability(List<ReliabilityBin> bins) {
  /** Number of bins. */
  public static final int BINS = 15;

  private static final int ONE = 1_000_000;

  /** Nothing is known of the probabilities. */
  public static final Reliability UNKNOWN = new Reliability(List.of());

  /** Copies the bins. */
  public Reliability {
    bins = List.copyOf(bins);
  }

  /** Puts {@code predictions} into bins. */
  static Reliability of(Predictions predictions) {
    long[] confidence = new long[BINS];
    int[] samples = new int[BINS];
    int[] correct = new int[BINS];
    for (int i = 0; i < predictions.size(); i++) {
      int millionths = predictions.confidenceInMillionths(i);
      if (millionths < 0) {
        return UNKNOWN;
      }
      int bin = (int) (Math.max(0, (long) millionths * BINS - 1) / ONE);
      confidence[bin] += millionths;
      samples[bin]++;
      correct[bin] += predictions.label(i) == predictions.predicted(i) ? 1 : 0;
    }
    if (predictions.size() == 0) {
      return UNKNOWN;
    }
    return new Reliability(
        IntStream.range(0, BINS)
            .mapToObj(
                bin ->
                    new ReliabilityBin(
                        (double) bin / BINS,
                        (bin + 1.0) / BINS,
                        samples[bin],
                        correct[bin],
                        (double) confidence[bin] / ONE / samples[bin]))
            .toList());
  }

  /**
   * Expected calibration error (Naeini et al., "Obtaining Well Calibrated Probabilities Using
   * Bayesian Binning", 2015), a fraction in [0, 1]: the mean over the samples of the distance
   * between their bin's accuracy and its mean probability; NaN if there are no bins.
   */
  public double calibrationError() {
    double distance = bins.stream().mapToDouble(ReliabilityBin::gap).sum();
    return distance / bins.stream().mapToInt(ReliabilityBin::count).sum();
  }
}
