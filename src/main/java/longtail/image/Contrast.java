package longtail.image;

/**
 * Moves the samples away from the mean luma of the image or towards it.
 *
 * @param factor 0 is an even grey, 1 the image
 */
public record Contrast(double factor) implements Operation {
  private static final long serialVersionUID = 1L;

  /** Checks the factor. */
  public Contrast {
    Blend.requireFactor(factor);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    return factor == 1 ? image : Blend.withConstant(image, Luma.mean(image), (float) factor);
  }
}
