package longtail.image.codec;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import longtail.image.RgbImage;

/** Everything that ImageIO reads, to RGB by the samples of the raster, not by colour management. */
final class ImageIoDecoder {
  private ImageIoDecoder() {}

  /** Decodes with the first reader that recognises the bytes. */
  static RgbImage decode(byte[] encoded) throws IOException {
    try (ImageInputStream input = new ByteArrayImageInputStream(encoded)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
      if (!readers.hasNext()) {
        throw new IOException(
            "not an image: no decoder knows a file that starts with " + start(encoded));
      }
      return decode(encoded, readers.next());
    }
  }

  /** Decodes with {@code reader} and disposes of it. */
  static RgbImage decode(byte[] encoded, ImageReader reader) throws IOException {
    try (ImageInputStream input = new ByteArrayImageInputStream(encoded)) {
      reader.setInput(input, true, true);
      return convert(reader.read(0));
    } catch (EOFException truncated) {
      throw new IOException("truncated " + format(reader) + " image", truncated);
    } catch (IOException damaged) {
      throw new IOException("damaged " + format(reader) + " image: " + reason(damaged), damaged);
    } finally {
      reader.dispose();
    }
  }

  private static String format(ImageReader reader) throws IOException {
    return reader.getFormatName().toUpperCase(Locale.ROOT);
  }

  /** The reader's message, or that of the cause which it hides. */
  private static String reason(IOException damaged) {
    Throwable cause = damaged.getCause();
    return cause == null || cause.getMessage() == null
        ? damaged.getMessage()
        : damaged.getMessage() + ": " + cause.getMessage();
  }

  private static RgbImage convert(BufferedImage image) throws IOException {
    Raster raster = image.getRaster();
    int height = raster.getHeight();
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    int shift = shiftToEightBits(image.getColorModel(), raster);
    int[] row = new int[width * bands];
    byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(3, height), width)];
    int j = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int i = x * bands;
        if (image.getColorModel() instanceof IndexColorModel palette) {
          rgb[j++] = (byte) palette.getRed(row[i]);
          rgb[j++] = (byte) palette.getGreen(row[i]);
          rgb[j++] = (byte) palette.getBlue(row[i]);
        } else {
          int second = bands < 3 ? i : i + 1; // grey, perhaps with alpha
          int third = bands < 3 ? i : i + 2;
          rgb[j++] = (byte) (row[i] >> shift);
          rgb[j++] = (byte) (row[second] >> shift);
          rgb[j++] = (byte) (row[third] >> shift);
        }
      }
    }
    return new RgbImage(height, width, rgb);
  }

  private static int shiftToEightBits(ColorModel colors, Raster raster) throws IOException {
    if (colors instanceof IndexColorModel) {
      return 0;
    }
    int type = raster.getSampleModel().getDataType();
    int bits = raster.getSampleModel().getSampleSize(0);
    boolean integer =
        type == DataBuffer.TYPE_BYTE
            || type == DataBuffer.TYPE_USHORT
            || type == DataBuffer.TYPE_INT;
    if (!integer || (bits != 8 && bits != 16)) {
      throw new IOException(bits + "-bit samples are not supported");
    }
    return bits - 8;
  }

  private static String start(byte[] encoded) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < Math.min(8, encoded.length); i++) {
      hex.append("%02X".formatted(encoded[i] & 0xFF));
    }
    return hex.toString();
  }
}
