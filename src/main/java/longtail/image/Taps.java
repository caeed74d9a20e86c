package longtail.image;

/**
 * The inputs of every output of a bilinear resizing along one axis.
 *
 * @param first position of the first input of each output
 * @param count number of inputs of each output
 * @param weights fixed-point weights, {@code [outputs, most]}, 0 behind the last input
 * @param most number of weights of an output: at least 4, and above its number of inputs
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Taps(int[] first, int[] count, int[] weights, int most) {
  /** Bits of a weight behind the point. */
  static final int FRACTION_BITS = 22;

  /** One half, which turns cutting off the fraction into rounding. */
  static final int HALF = 1 << (FRACTION_BITS - 1);

  /** The taps from {@code inputs} to {@code outputs} samples. */
  static Taps of(int inputs, int outputs) {
    double scale = (double) inputs / outputs;
    double support = Math.max(scale, 1);
    int most = (int) Math.ceil(support) * 2 + 2;
    Taps taps = new Taps(new int[outputs], new int[outputs], new int[outputs * most], most);
    double[] triangle = new double[most];
    for (int x = 0; x < outputs; x++) {
      double centre = (x + 0.5) * scale;
      int from = Math.max((int) (centre - support + 0.5), 0);
      int count = Math.min((int) (centre + support + 0.5), inputs) - from;
      double total = 0;
      for (int t = 0; t < count; t++) {
        triangle[t] = Math.max(0, 1 - Math.abs((t + from - centre + 0.5) * (1 / support)));
        total += triangle[t];
      }
      taps.first[x] = from;
      taps.count[x] = count;
      for (int t = 0; t < count; t++) {
        taps.weights[x * most + t] = (int) (0.5 + triangle[t] / total * (1 << FRACTION_BITS));
      }
    }
    return taps;
  }
}
