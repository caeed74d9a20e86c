package longtail.image.synth;

import java.io.Serializable;
import longtail.config.Default;

/**
 * How hard the images of the sample are to tell apart.
 *
 * @param noise standard deviation of the noise of every sample, in steps of 1/255
 * @param occlusion largest share of the figure's diameter that a bar may cover, 0 to 1
 * @param clutter number of fragments behind the figure
 * @param colorJitter standard deviation of a figure's hue around that of its class, in turns of the
 *     colour wheel
 */
public record Difficulty(
    @Default("12") double noise,
    @Default("0.35") double occlusion,
    @Default("5") int clutter,
    @Default("0.06") double colorJitter)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Hard enough for cross-entropy to lose the tail, easy enough to learn within minutes. */
  public static final Difficulty QUICKSTART = new Difficulty(12, 0.35, 5, 0.06);

  /** Checks the ranges. */
  public Difficulty {
    if (!(noise >= 0)
        || !(occlusion >= 0 && occlusion <= 1)
        || clutter < 0
        || !(colorJitter >= 0)) {
      throw new IllegalArgumentException(
          "must not be negative, the occlusion at most 1, was noise %s, occlusion %s, clutter %d, color-jitter %s"
              .formatted(noise, occlusion, clutter, colorJitter));
    }
  }
}
