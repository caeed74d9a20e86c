package longtail.image;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * JPEG to RGB: the entropy decoding of the JDK, the colour arithmetic of libjpeg and PIL.
 *
 * <p>The JDK hands out the coded components untouched, so neither an embedded colour profile nor a
 * missing marker changes the pixels. What the JDK refuses (lossless JPEG, odd headers) goes to
 * TwelveMonkeys' reader.
 */
final class JpegDecoder {
  private JpegDecoder() {}

  static RgbImage decode(byte[] encoded, JpegHeader header) throws IOException {
    try {
      return convert(components(encoded), header);
    } catch (TruncatedImageException truncated) {
      throw truncated;
    } catch (IOException | RuntimeException refused) {
      return second(encoded, refused);
    }
  }

  /** The coded components as one interleaved raster. */
  private static Raster components(byte[] encoded) throws IOException {
    ImageReader reader = Readers.jdkJpeg();
    try (ImageInputStream input = new ByteArrayImageInputStream(encoded)) {
      List<String> warnings = new ArrayList<>(0);
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      reader.setInput(input, true, true);
      Raster raster = reader.readRaster(0, null);
      for (String warning : warnings) {
        if (warning.toLowerCase(Locale.ROOT).contains("premature end")) {
          throw new TruncatedImageException("truncated JPEG: " + warning);
        }
      }
      return raster;
    } finally {
      reader.dispose();
    }
  }

  private static RgbImage second(byte[] encoded, Exception refused) throws IOException {
    try {
      return ImageIoDecoder.decode(encoded, Readers.otherJpeg());
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
  private static byte[] inkToLight(byte[] inks, int pixels) {
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

  /** The data end before the image does; no other reader can mend that. */
  private static final class TruncatedImageException extends IOException {
    private static final long serialVersionUID = 1L;

    TruncatedImageException(String message) {
      super(message);
    }
  }
}
