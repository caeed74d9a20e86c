package longtail.cli;

import longtail.image.codec.Orientation;
import longtail.image.codec.PixelLimit;
import picocli.CommandLine.Option;

/** How image files are decoded. */
final class DecodingMixin {
  @Option(
      names = "--exif-orientation",
      description = "Turn images as their camera's Exif note says.")
  boolean exifOrientation;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      defaultValue = "178956970",
      description =
          "Pixels that an image may claim to have; more is taken for an attack on the memory"
              + " (default ${DEFAULT-VALUE}).")
  long maxPixels;

  Orientation orientation() {
    return exifOrientation ? Orientation.FROM_EXIF : Orientation.AS_STORED;
  }

  PixelLimit limit() {
    return new PixelLimit(maxPixels);
  }
}
