package longtail.image;

/**
 * Makes the image darker or brighter.
 *
 * @param factor 0 is black, 1 the image
 */
public record Brightness(double factor) implements Operation {
  private static final long serialVersionUID = 1L;

  /** Checks the factor. */
  public Brightness {
    Blend.requireFactor(factor);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    return factor == 1 ? image : Blend.withConstant(image, 0, (float) factor);
  }
}
