package longtail.image.augment.geometry;

/** Samples of an image at places between its pixels; at its edge the last pixels are repeated. */
interface Interpolation {
  /**
   * Writes red, green and blue at column {@code u}, row {@code v} (whole numbers are pixel centres)
   * to {@code to} from {@code i} on.
   */
  void sample(double u, double v, byte[] to, int i);
}
