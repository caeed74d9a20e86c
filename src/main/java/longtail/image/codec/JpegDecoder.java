package longtail.image.codec;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import longtail.image.Box;
import longtail.image.RgbImage;

/**
 * JPEG to RGB: the entropy decoding of the JDK, the colour arithmetic of libjpeg and PIL.
 *
 * <p>Where the markers leave no doubt, the JDK converts the colours, with libjpeg. Else it hands
 * out the coded components untouched, so that neither an embedded colour profile nor a missing
 * marker changes the pixels. What it refuses for the sake of markers that do not concern the pixels
 * it is given again without them.
 */
final class JpegDecoder {
  private JpegDecoder() {}

  /** The pixels in {@code box}. */
  static RgbImage decode(byte[] encoded, JpegHeader header, Box box) throws IOException {
    try {
      return header.standard()
          ? JdkJpeg.colors(encoded, box)
          : convert(JdkJpeg.components(encoded, box), header);
    } catch (JdkJpeg.DamagedException damaged) {
      throw damaged;
    } catch (IOException | RuntimeException refused) {
      return second(encoded, header, box, refused);
    }
  }

  private static RgbImage second(byte[] encoded, JpegHeader header, Box box, Exception refused)
      throws IOException {
    try {
      return convert(JdkJpeg.components(JpegStructure.bare(encoded), box), header);
    } catch (JdkJpeg.DamagedException damaged) {
      throw damaged;
    } catch (IOException | RuntimeException failed) {
      IOException damaged = new IOException("damaged JPEG: " + refused.getMessage(), refused);
      damaged.addSuppressed(failed);
      throw damaged;
    }
  }

  private static RgbImage convert(Raster raster, JpegHeader header) throws IOException {
    int height = raster.getHeight();
    int width = raster.getWidth();
    byte[] coded = ((DataBufferByte) raster.getDataBuffer()).getData();
    int pixels = height * width;
    if (raster.getNumBands() != header.components()
        || coded.length != (long) pixels * header.components()) {
      throw new IOException("the frame header does not fit the scan");
    }
    return switch (header.components()) {
      case 1 -> new RgbImage(height, width, repeated(coded));
      case 3 -> {
        if (header.differencesCoded()) {
          ColorDifferences.toRgb(coded, 3);
        }
        yield new RgbImage(height, width, coded);
      }
      case 4 -> {
        if (header.differencesCoded()) {
          ColorDifferences.toRgb(coded, 4);
          invertColors(coded);
        }
        yield new RgbImage(height, width, inkToLight(coded, pixels));
      }
      default ->
          throw new IOException(
              "a JPEG of " + header.components() + " components is not supported");
    };
  }

  private static byte[] repeated(byte[] grey) {
    byte[] rgb = new byte[3 * grey.length];
    for (int i = 0, j = 0; i < grey.length; i++) {
      byte value = grey[i];
      rgb[j++] = value;
      rgb[j++] = value;
      rgb[j++] = value;
    }
    return rgb;
  }

  /** YCCK codes the complement of the three inks. */
  private static void invertColors(byte[] coded) {
    for (int i = 0; i < coded.length; i += 4) {
      coded[i] = (byte) ~coded[i];
      coded[i + 1] = (byte) ~coded[i + 1];
      coded[i + 2] = (byte) ~coded[i + 2];
    }
  }

  /** Adobe stores inks inverted (255 = none), so that light is the product of colour and black. */
  static byte[] inkToLight(byte[] inks, int pixels) {
    byte[] rgb = new byte[3 * pixels];
    for (int p = 0, i = 0, j = 0; p < pixels; p++, i += 4) {
      int black = inks[i + 3] & 0xFF;
      for (int c = 0; c < 3; c++) {
        int product = (255 - (inks[i + c] & 0xFF)) * black + 128;
        rgb[j++] = (byte) (black - ((product + (product >> 8)) >> 8));
      }
    }
    return rgb;
  }
}
