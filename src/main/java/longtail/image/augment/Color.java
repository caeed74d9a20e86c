package longtail.image.augment;

import longtail.image.RgbImage;
import longtail.image.augment.tone.Blend;
import longtail.image.augment.tone.Luma;
import longtail.image.augment.tone.Tones;

/**
 * Makes the colours paler or stronger.
 *
 * @param factor 0 is grey, 1 the image
 */
public record Color(double factor) implements Operation, Tones.Change {
  private static final long serialVersionUID = 1L;

  /** Checks the factor. */
  public Color {
    Blend.requireFactor(factor);
  }

  @Override
  public RgbImage apply(RgbImage image) {
    return apply(Tones.of(image)).image();
  }

  @Override
  public Tones apply(Tones tones) {
    if (factor == 1) {
      return tones;
    }
    float strength = (float) factor;
    byte[] table = tones.table();
    byte[] from = tones.samples().pixels();
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i += 3) {
      int red = table[from[i] & 0xFF] & 0xFF;
      int green = table[from[i + 1] & 0xFF] & 0xFF;
      int blue = table[from[i + 2] & 0xFF] & 0xFF;
      int luma = Luma.of(red, green, blue);
      to[i] = Blend.of(luma, red, strength);
      to[i + 1] = Blend.of(luma, green, strength);
      to[i + 2] = Blend.of(luma, blue, strength);
    }
    return Tones.of(new RgbImage(tones.samples().height(), tones.samples().width(), to));
  }
}
