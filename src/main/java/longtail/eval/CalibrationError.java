package longtail.eval;

/**
 * Expected calibration error (Naeini et al., "Obtaining Well Calibrated Probabilities Using
 * Bayesian Binning", 2015): samples are put into {@value #BINS} equally wide bins by the softmax
 * probability of their prediction; the error is the mean over the samples of the distance between
 * their bin's accuracy and its mean probability.
 */
final class CalibrationError {
  private static final int BINS = 15;
  private static final int ONE = 1_000_000;

  private CalibrationError() {}

  /** A fraction in [0, 1]; NaN without samples, or if one was added without scores. */
  static double of(Predictions predictions) {
    long[] confidence = new long[BINS];
    long[] correct = new long[BINS];
    for (int i = 0; i < predictions.size(); i++) {
      int millionths = predictions.confidenceInMillionths(i);
      if (millionths < 0) {
        return Double.NaN;
      }
      // Bins are open below and closed above.
      int bin = (int) (Math.max(0, (long) millionths * BINS - 1) / ONE);
      confidence[bin] += millionths;
      correct[bin] += predictions.label(i) == predictions.predicted(i) ? 1 : 0;
    }
    double distance = 0;
    for (int bin = 0; bin < BINS; bin++) {
      distance += Math.abs(correct[bin] - (double) confidence[bin] / ONE);
    }
    return distance / predictions.size();
  }
}
