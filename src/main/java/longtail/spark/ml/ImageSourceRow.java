package longtail.spark.ml;

import java.io.IOException;
import longtail.dataset.ImageContent;
import org.apache.spark.sql.Row;

/** An image as {@code spark.read().format("image")} decodes it: blue, green, red, perhaps alpha. */
final class ImageSourceRow {
  private ImageSourceRow() {}

  /**
   * Its pixels; alpha is dropped, grey is repeated.
   *
   * @param image struct of origin, height, width, nChannels, mode and data; null is no image
   * @throws IOException with the reason, if it is none
   */
  static ImageContent.Pixels pixels(Row image) throws IOException {
    if (image == null) {
      throw new IOException("the row holds no image");
    }
    int height = image.<Integer>getAs("height");
    int width = image.<Integer>getAs("width");
    int channels = image.<Integer>getAs("nChannels");
    byte[] data = image.getAs("data");
    if (height < 1 || width < 1 || data == null) {
      throw new IOException("Spark's image source could not decode it");
    }
    boolean known = channels == 1 || channels == 3 || channels == 4;
    if (!known || data.length != (long) height * width * channels) {
      throw new IOException(
          "%d x %d pixels of %d channels in %d bytes are no image of 8-bit samples"
              .formatted(width, height, channels, data.length));
    }
    byte[] rgb = new byte[3 * height * width];
    for (int pixel = 0; pixel < height * width; pixel++) {
      int from = channels * pixel;
      boolean grey = channels == 1;
      rgb[3 * pixel] = data[grey ? from : from + 2];
      rgb[3 * pixel + 1] = data[grey ? from : from + 1];
      rgb[3 * pixel + 2] = data[from];
    }
    return new ImageContent.Pixels(height, width, rgb);
  }
}
