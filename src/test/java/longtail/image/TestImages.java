package longtail.image;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.RenderedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Images of the kinds that collections hold, encoded with the JDK. */
public final class TestImages {
  private TestImages() {}

  /** A smooth image, so that JPEG changes it little. */
  public static RgbImage smooth(int height, int width) {
    byte[] pixels = new byte[3 * height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int i = 3 * (y * width + x);
        pixels[i] = (byte) (20 + 200 * y / height);
        pixels[i + 1] = (byte) (230 - 200 * x / width);
        pixels[i + 2] = (byte) (40 + 90 * y / height + 90 * x / width);
      }
    }
    return new RgbImage(height, width, pixels);
  }

  /** An image of independent samples. */
  public static RgbImage noise(int height, int width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[3 * height * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) random.nextInt(256);
    }
    return new RgbImage(height, width, pixels);
  }

  /** {@code image} as an image of the AWT, of one of the types of {@link BufferedImage}. */
  public static BufferedImage buffered(RgbImage image, int type) {
    BufferedImage buffered = new BufferedImage(image.width(), image.height(), type);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int rgb = 0xFF000000 | image.sample(y, x, 0) << 16 | image.sample(y, x, 1) << 8;
        buffered.setRGB(x, y, rgb | image.sample(y, x, 2));
      }
    }
    return buffered;
  }

  /** A grey image of one byte per sample. */
  public static byte[] grey(int height, int width, String format) {
    BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        grey.getRaster().setSample(x, y, 0, greyAt(y, x));
      }
    }
    return encode(grey, format);
  }

  /** What {@link #grey} holds at a pixel, 0 to 255. */
  public static int greyAt(int row, int column) {
    return (3 * row + 2 * column) & 0xFF;
  }

  /** An image of the AWT in {@code format}. */
  public static byte[] encode(RenderedImage image, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, bytes)) {
        throw new IllegalArgumentException("no writer of " + format);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  /** What ImageIO makes of an image of RGB. */
  public static RgbImage byImageIo(byte[] encoded) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(encoded));
    byte[] rgb = new byte[3 * image.getHeight() * image.getWidth()];
    for (int y = 0, i = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int pixel = image.getRGB(x, y);
        rgb[i++] = (byte) (pixel >> 16);
        rgb[i++] = (byte) (pixel >> 8);
        rgb[i++] = (byte) pixel;
      }
    }
    return new RgbImage(image.getHeight(), image.getWidth(), rgb);
  }

  /** A JPEG of four inks as Adobe writes it (inverted), all pixels alike. */
  public static byte[] cmyk(int height, int width, int cyan, int magenta, int yellow, int black) {
    WritableRaster inks =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, 4, null);
    int[] inverted = {255 - cyan, 255 - magenta, 255 - yellow, 255 - black};
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        inks.setPixel(x, y, inverted);
      }
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(output);
      writer.write(new IIOImage(inks, null, null));
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      writer.dispose();
    }
    byte[] adobe = {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0};
    return withSegment(bytes.toByteArray(), 0xEE, adobe);
  }

  /** A progressive JPEG. */
  public static byte[] progressive(RgbImage image) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(output);
      BufferedImage buffered = buffered(image, BufferedImage.TYPE_INT_RGB);
      writer.write(null, new IIOImage(buffered, null, null), param);
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** {@code jpeg} with a colour profile that would change its colours if it were applied. */
  public static byte[] profiled(byte[] jpeg) {
    byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    ByteBuffer body = ByteBuffer.allocate(14 + profile.length);
    body.put("ICC_PROFILE\0".getBytes(StandardCharsets.ISO_8859_1));
    body.put((byte) 1).put((byte) 1).put(profile); // the first of one piece
    return withSegment(jpeg, 0xE2, body.array());
  }

  /** {@code jpeg} with the Exif orientation {@code orientation}, 1 to 8. */
  public static byte[] oriented(byte[] jpeg, int orientation) {
    ByteBuffer exif = ByteBuffer.allocate(6 + 8 + 2 + 12 + 4);
    exif.put(new byte[] {'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42});
    exif.putInt(8); // offset of the first directory
    exif.putShort((short) 1); // entries
    exif.putShort((short) 0x0112).putShort((short) 3).putInt(1); // orientation, one short
    exif.putShort((short) orientation).putShort((short) 0);
    return withSegment(jpeg, 0xE1, exif.array());
  }

  /** The first {@code share} of the bytes. */
  public static byte[] truncated(byte[] encoded, double share) {
    return Arrays.copyOf(encoded, (int) (encoded.length * share));
  }

  private static byte[] withSegment(byte[] jpeg, int marker, byte[] body) {
    ByteBuffer joined = ByteBuffer.allocate(jpeg.length + body.length + 4);
    joined.put(jpeg, 0, 2).put((byte) 0xFF).put((byte) marker).putShort((short) (body.length + 2));
    return joined.put(body).put(jpeg, 2, jpeg.length - 2).array();
  }
}
