package longtail.spark.ml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;

/** Noisy images of three colours, each in the folder of its colour. */
final class ColourPhotos {
  static final List<String> COLOURS = List.of("blue", "green", "red");

  private ColourPhotos() {}

  /** Writes {@code images} PNG files below {@code folder}, red ones most often, blue ones least. */
  static Path write(Path folder, int images, long seed) throws IOException {
    for (int i = 0; i < images; i++) {
      int channel = i % 7 < 4 ? 0 : i % 7 < 6 ? 1 : 2;
      Path file = folder.resolve("%s/%03d.png".formatted(COLOURS.get(2 - channel), i));
      Files.createDirectories(file.getParent());
      Files.write(file, ImageCodec.png(image(channel, 8 + i % 3, RandomStreams.of(seed, i))));
    }
    return folder;
  }

  private static RgbImage image(int channel, int side, SplittableRandom random) {
    byte[] pixels = new byte[side * side * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (random.nextInt(120) + (i % 3 == channel ? 100 : 0));
    }
    return new RgbImage(side, side, pixels);
  }
}
