package longtail.image.synth;

import java.util.Locale;

/** Patterns of two tones over the plane; a figure of unit radius shows two to three periods. */
enum Texture {
  PLAIN {
    @Override
    double tone(double x, double y) {
      return 1;
    }
  },
  STRIPED {
    @Override
    double tone(double x, double y) {
      return step(Math.sin(2 * Math.PI * 1.5 * x));
    }
  },
  CHECKERED {
    @Override
    double tone(double x, double y) {
      return step(2 * Math.sin(2 * Math.PI * x) * Math.sin(2 * Math.PI * y));
    }
  },
  DOTTED {
    @Override
    double tone(double x, double y) {
      double u = Math.IEEEremainder(x, 0.62) / 0.62;
      double v = Math.IEEEremainder(y, 0.62) / 0.62;
      return step(2 * (Math.sqrt(u * u + v * v) / 0.3 - 1));
    }
  };

  /** Share of the light tone at a point, 0 to 1. */
  abstract double tone(double x, double y);

  String adjective() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A soft edge at zero. */
  private static double step(double value) {
    return Math.max(0, Math.min(1, 0.5 + 1.5 * value));
  }
}
