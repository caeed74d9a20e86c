package longtail.image.synth;

import java.util.Locale;

/** Shapes of about unit radius around the origin, as signed distances (negative inside). */
enum Outline {
  TRIANGLE {
    @Override
    double distance(double x, double y) {
      return Math.max(0.866 * Math.abs(x) + 0.5 * y, -y) - 0.55;
    }
  },
  SQUARE {
    @Override
    double distance(double x, double y) {
      return Math.max(Math.abs(x), Math.abs(y)) - 0.75;
    }
  },
  STAR {
    @Override
    double distance(double x, double y) {
      double sector = Math.PI / 5;
      double angle = Math.abs(Math.IEEEremainder(Math.atan2(y, x), 2 * sector));
      double radius = Math.sqrt(x * x + y * y);
      // The edge from a tip to the notch beside it.
      double notchX = 0.42 * Math.cos(sector);
      double notchY = 0.42 * Math.sin(sector);
      double length = Math.sqrt((notchX - 1) * (notchX - 1) + notchY * notchY);
      double along = radius * Math.cos(angle) - 1;
      double across = radius * Math.sin(angle);
      return (along * notchY - across * (notchX - 1)) / length;
    }
  },
  CROSS {
    @Override
    double distance(double x, double y) {
      double wide = Math.max(Math.abs(x) - 0.95, Math.abs(y) - 0.32);
      double high = Math.max(Math.abs(x) - 0.32, Math.abs(y) - 0.95);
      return Math.min(wide, high);
    }
  },
  RING {
    @Override
    double distance(double x, double y) {
      return Math.abs(Math.sqrt(x * x + y * y) - 0.65) - 0.27;
    }
  };

  abstract double distance(double x, double y);

  String noun() {
    return name().toLowerCase(Locale.ROOT);
  }
}
