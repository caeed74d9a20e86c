package longtail.image.codec;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.Rectangle;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import longtail.image.Box;
import longtail.image.RgbImage;

/**
 * Parts of an image, decoded by the JDK's JPEG reader, which is libjpeg.
 *
 * <p>Rows below the part are not decoded at all, so that damage there goes unnoticed.
 */
final class JdkJpeg {
  private static final int[] RED_GREEN_BLUE = {0, 1, 2};
  private static final ComponentColorModel COLORS =
      new ComponentColorModel(
          ColorSpace.getInstance(ColorSpace.CS_sRGB),
          false,
          false,
          ComponentColorModel.OPAQUE,
          DataBuffer.TYPE_BYTE);

  private JdkJpeg() {}

  /** What is read with a reader that has its input. */
  private interface Reading<T> {
    T from(ImageReader reader, ImageReadParam param) throws IOException;
  }

  /** The coded components of the pixels in {@code box} as one interleaved raster. */
  static Raster components(byte[] encoded, Box box) throws IOException {
    return read(encoded, box, (reader, param) -> reader.readRaster(0, param));
  }

  /** The pixels in {@code box} of a JPEG for which {@link JpegHeader#standard()} holds. */
  static RgbImage colors(byte[] encoded, Box box) throws IOException {
    int width = box.width();
    byte[] rgb = new byte[3 * box.height() * width];
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(rgb, rgb.length),
            width,
            box.height(),
            3 * width,
            3,
            RED_GREEN_BLUE,
            null);
    BufferedImage image = new BufferedImage(COLORS, raster, false, null);
    return read(
        encoded,
        box,
        (reader, param) -> {
          param.setDestination(image);
          reader.read(0, param);
          return new RgbImage(box.height(), width, rgb);
        });
  }

  private static <T> T read(byte[] encoded, Box box, Reading<T> reading) throws IOException {
    ImageReader reader = Readers.jdkJpeg();
    try (ImageInputStream input = new ByteArrayImageInputStream(encoded)) {
      List<String> warnings = new ArrayList<>(0);
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      reader.setInput(input, true, true);
      ImageReadParam param = reader.getDefaultReadParam();
      param.setSourceRegion(new Rectangle(box.left(), box.top(), box.width(), box.height()));
      T part = reading.from(reader, param);
      for (String warning : warnings) {
        if (concernsPixels(warning.toLowerCase(Locale.ROOT))) {
          throw new DamagedException("damaged JPEG: " + warning);
        }
      }
      return part;
    } finally {
      reader.dispose();
    }
  }

  /**
   * Whether libjpeg has filled up or guessed pixels. Bytes between the last pixel and the end
   * marker change none, and many cameras leave some.
   */
  private static boolean concernsPixels(String warning) {
    if (warning.contains("extraneous bytes before marker 0xd9")) {
      return false;
    }
    return warning.contains("premature end")
        || warning.contains("corrupt jpeg data")
        || warning.contains("inconsistent progression");
  }

  /** The data are damaged; no other way of reading can mend that. */
  static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
      super(message);
    }
  }
}
