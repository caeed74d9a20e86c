package longtail.image.augment.tone;

import longtail.image.RgbImage;

/**
 * The image that has {@code table[v]} for every sample {@code v} of another one.
 *
 * <p>Operations on single samples change the table only, so that several cost one pass over the
 * pixels.
 *
 * @param samples the other image
 * @param table what its samples stand for, 256 entries
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Tones(RgbImage samples, byte[] table) {
  private static final byte[] UNCHANGED = Lookup.identity();

  /** A change of tones. */
  public interface Change {
    /** The changed image. */
    Tones apply(Tones tones);
  }

  /** The image itself. */
  public static Tones of(RgbImage image) {
    return new Tones(image, UNCHANGED);
  }

  /** Every sample blended with one grey. */
  public Tones blended(int grey, float factor) {
    byte[] blended = new byte[256];
    for (int v = 0; v < 256; v++) {
      blended[v] = Blend.of(grey, table[v] & 0xFF, factor);
    }
    return new Tones(samples, blended);
  }

  /** The image, looked up. */
  public RgbImage image() {
    return table == UNCHANGED ? samples : Lookup.all(samples, table);
  }
}
