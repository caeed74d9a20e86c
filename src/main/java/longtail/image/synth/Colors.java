package longtail.image.synth;

import java.util.SplittableRandom;

/** Colours by hue, saturation and value. */
final class Colors {
  private Colors() {}

  /** RGB in [0, 1] of a hue in turns (any real number), a saturation and a value in [0, 1]. */
  static double[] rgb(double hue, double saturation, double value) {
    double[] rgb = new double[3];
    for (int c = 0; c < 3; c++) {
      double turn = hue - c / 3.0;
      double distance = Math.abs(turn - Math.rint(turn)); // from the pure colour, 0 to 1/2
      double pure = Math.max(0, Math.min(1, 2 - 6 * distance));
      rgb[c] = value * (1 - saturation * (1 - pure));
    }
    return rgb;
  }

  /** A colour of any hue, not too vivid. */
  static double[] any(SplittableRandom random) {
    return rgb(
        random.nextDouble(), 0.15 + 0.6 * random.nextDouble(), 0.2 + 0.7 * random.nextDouble());
  }
}
