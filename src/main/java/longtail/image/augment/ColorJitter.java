package longtail.image.augment;

import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.config.Default;
import longtail.image.RgbImage;
import longtail.image.augment.tone.Tones;

/**
 * Changes brightness, contrast and saturation by random factors in random order.
 *
 * @param brightness largest deviation of the factor from 1, at least 0
 * @param contrast the same for contrast
 * @param saturation the same for the strength of the colours
 */
public record ColorJitter(
    @Default("0.4") double brightness,
    @Default("0.4") double contrast,
    @Default("0.4") double saturation)
    implements Transform {
  private static final long serialVersionUID = 1L;

  /** Checks the deviations. */
  public ColorJitter {
    require("brightness", brightness);
    require("contrast", contrast);
    require("saturation", saturation);
  }

  @Override
  public RgbImage apply(RgbImage image, SplittableRandom random) {
    List<Tones.Change> changes =
        List.of(
            new Brightness(factor(brightness, random)),
            new Contrast(factor(contrast, random)),
            new Color(factor(saturation, random)));
    int[] order = {0, 1, 2};
    RandomStreams.shuffle(order, random);
    Tones changed = Tones.of(image);
    for (int i : order) {
      changed = changes.get(i).apply(changed);
    }
    return changed.image();
  }

  private static double factor(double deviation, SplittableRandom random) {
    return PositiveRange.draw(Math.max(0, 1 - deviation), 1 + deviation, random);
  }

  private static void require(String name, double deviation) {
    if (!(deviation >= 0 && deviation <= 100)) {
      throw new IllegalArgumentException(name + " must be in [0, 100], was " + deviation);
    }
  }
}
