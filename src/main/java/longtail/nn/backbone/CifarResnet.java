package longtail.nn.backbone;

import longtail.config.Default;

/**
 * A residual network of three stages for small images, of any depth.
 *
 * @param depth number of weighted layers, {@code 6 n + 2} with {@code n} blocks per stage
 * @param width channels of the first stage, doubled by each further one; a multiple of 4
 * @param shortcut how blocks pass a change of shape
 */
public record CifarResnet(
    @Default("32") int depth, @Default("16") int width, @Default("a") Shortcut shortcut)
    implements Backbone {
  /** Checks {@code depth} and {@code width}. */
  public CifarResnet {
    if (depth < 8 || (depth - 2) % 6 != 0) {
      throw new IllegalArgumentException("depth must be 6 n + 2 (8, 14, 20, ...), was " + depth);
    }
    checkWidth(width);
  }

  static void checkWidth(int width) {
    if (width < 4 || width % 4 != 0) {
      throw new IllegalArgumentException("width must be a positive multiple of 4, was " + width);
    }
    if (width > Stages.WIDEST) {
      throw new IllegalArgumentException(
          "width must be at most %d, was %d".formatted(Stages.WIDEST, width));
    }
  }

  @Override
  public Stages stages() {
    return Stages.cifar((depth - 2) / 6, width, shortcut);
  }
}
