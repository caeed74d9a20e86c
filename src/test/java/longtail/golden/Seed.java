package longtail.golden;

import java.util.Arrays;
import java.util.Locale;

/** The reference implementation that made a zip of golden cases, and its rule of comparison. */
public enum Seed {
  BOT,
  BALMS,
  GLMC,
  METASAUG;

  /** Name of the zip without its ending, as in the qualified name {@code bot/loss_ce_mix}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Largest deviation that is still equal, for each element of {@code want}: {@code tolerance *
   * max(1, max|want|)} for bot, {@code tolerance * (1 + |want|)} for the others.
   */
  public double[] allowed(double[] want, double tolerance) {
    if (this == BOT) {
      double[] allowed = new double[want.length];
      Arrays.fill(allowed, tolerance * Math.max(1, largest(want)));
      return allowed;
    }
    return Arrays.stream(want).map(w -> tolerance * (1 + Math.abs(w))).toArray();
  }

  /** Largest finite absolute value, 0 if there is none. */
  public static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).filter(Double::isFinite).max().orElse(0);
  }
}
