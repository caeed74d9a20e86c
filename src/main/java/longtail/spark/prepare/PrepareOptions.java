package longtail.spark.prepare;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import longtail.image.codec.Orientation;
import longtail.image.codec.PixelLimit;

/**
 * How images become shards.
 *
 * @param shards number of shards; 0 = one per 16384 images, at least 8
 * @param resize length of the shorter side in pixels; 0 = as it is
 * @param encoding how images are stored
 * @param quality quality of JPEG, (0, 1]
 * @param orientation whether the Exif orientation is applied
 * @param maxBad images that may go to quarantine before that is an error
 * @param limit pixels that an image may have, before and after resizing
 * @param seed seed of the order of the images
 */
public record PrepareOptions(
    int shards,
    int resize,
    ImageEncoding encoding,
    double quality,
    Orientation orientation,
    BadLimit maxBad,
    PixelLimit limit,
    long seed)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int IMAGES_PER_SHARD = 16384;
  private static final int FEWEST_SHARDS = 8;

  /** What the command line says when nothing is said. */
  public static final PrepareOptions USUAL =
      new PrepareOptions(
          0,
          0,
          ImageEncoding.AUTOMATIC,
          0.95,
          Orientation.AS_STORED,
          BadLimit.of(10),
          PixelLimit.USUAL,
          0);

  /** Checks the ranges, and that kept bytes are not to be changed. */
  public PrepareOptions {
    if (shards < 0 || resize < 0) {
      throw new IllegalArgumentException(
          "must not be negative, was shards %d, resize %d".formatted(shards, resize));
    }
    if (!(quality > 0 && quality <= 1)) {
      throw new IllegalArgumentException("the quality must be in (0, 1], was " + quality);
    }
    if (encoding == ImageEncoding.KEEP && (resize > 0 || orientation == Orientation.FROM_EXIF)) {
      throw new IllegalArgumentException(
          "images whose bytes are kept can neither be resized nor turned; leave out one of the two");
    }
  }

  /** The same with {@code number} shards. */
  public PrepareOptions withShards(int number) {
    return new PrepareOptions(number, resize, encoding, quality, orientation, maxBad, limit, seed);
  }

  /** The same with the shorter side resized to {@code side} pixels. */
  public PrepareOptions withResize(int side) {
    return new PrepareOptions(shards, side, encoding, quality, orientation, maxBad, limit, seed);
  }

  /** The same with images stored by {@code how}. */
  public PrepareOptions withEncoding(ImageEncoding how) {
    return new PrepareOptions(shards, resize, how, quality, orientation, maxBad, limit, seed);
  }

  /** The same with up to {@code number} images in quarantine. */
  public PrepareOptions withMaxBad(int number) {
    return withMaxBad(BadLimit.of(number));
  }

  /** The same with images in quarantine up to {@code bad}. */
  public PrepareOptions withMaxBad(BadLimit bad) {
    return new PrepareOptions(shards, resize, encoding, quality, orientation, bad, limit, seed);
  }

  /** Number of shards of {@code images} images; not more than there are images. */
  int shardsOf(int images) {
    int wanted = shards;
    if (shards == 0) {
      wanted = Math.max(FEWEST_SHARDS, (images + IMAGES_PER_SHARD - 1) / IMAGES_PER_SHARD);
      return Math.min(wanted, images);
    }
    return wanted;
  }

  /** What changes the bytes of the shards, in words. */
  Map<String, String> described() {
    Map<String, String> described =
        new TreeMap<>(
            Map.of(
                "resize", resize == 0 ? "none" : Integer.toString(resize),
                "encoding", encoding.name(),
                "quality", Double.toString(quality),
                "orientation", orientation.name()));
    if (!limit.equals(PixelLimit.USUAL)) {
      described.put("max-pixels", Long.toString(limit.pixels()));
    }
    return described;
  }
}
