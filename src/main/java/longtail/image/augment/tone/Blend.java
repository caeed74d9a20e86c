package longtail.image.augment.tone;

/**
 * Between a degenerate sample (factor 0) and that of the image (factor 1), or beyond: PIL's {@code
 * blend} in float32, truncated and clipped.
 */
public final class Blend {
  private Blend() {}

  /** One sample; {@code degenerate} and {@code sample} are 0 to 255. */
  public static byte of(int degenerate, int sample, float factor) {
    int blended = (int) (degenerate + factor * (sample - degenerate));
    return (byte) Math.max(0, Math.min(255, blended));
  }

  /** Checks the factor of an enhancement. */
  public static void requireFactor(double factor) {
    if (!(factor >= 0 && factor <= 1000)) {
      throw new IllegalArgumentException("must be in [0, 1000], was " + factor);
    }
  }
}
