package longtail.image.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import longtail.image.RgbImage;

/**
 * The first image of a TIFF: grey, palette, RGB (with alpha, which is taken out where it was
 * multiplied in) and CMYK, in strips or tiles, plain or by PackBits, LZW or Deflate.
 *
 * <p>Its orientation tag says how the rows lie in the file and is always applied, as PIL does.
 * Everything else is refused by its name, for colours that are only nearly right are wrong.
 */
final class TiffDecoder {
  private static final int WHITE_IS_ZERO = 0;
  private static final int BLACK_IS_ZERO = 1;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int INKS = 5;
  private static final int MULTIPLIED_ALPHA = 1;

  private final TiffDirectory tags;
  private final TiffBlocks blocks;
  private final int photometric;
  private final int bits;
  private final int width;
  private final int height;

  private TiffDecoder(ByteBuffer file, PixelLimit limit) throws IOException {
    tags = TiffDirectory.read(file);
    limit.check(tags.value(256, 0), tags.value(257, 0), "a TIFF");
    width = (int) tags.value(256, 0);
    height = (int) tags.value(257, 0);
    photometric = (int) tags.value(262, WHITE_IS_ZERO);
    int samples = (int) tags.value(277, 1);
    bits = bits(samples);
    requireSupported(samples);
    blocks = TiffBlocks.of(file, tags, samples, bits, limit);
  }

  static RgbImage decode(byte[] data, PixelLimit limit) throws IOException {
    TiffDecoder decoder = new TiffDecoder(ByteBuffer.wrap(data), limit);
    RgbImage stored = decoder.decode();
    return ExifOrientation.upright(stored, decoder.orientation());
  }

  private int orientation() {
    byte[] xmp = tags.bytes(700);
    return (int) tags.value(274, ExifOrientation.xmp(xmp, 0, xmp.length));
  }

  private int bits(int samples) throws IOException {
    long[] all = tags.values(258);
    long first = all.length == 0 ? 1 : all[0];
    for (int i = 0; i < Math.min(samples, all.length); i++) {
      if (all[i] != first) {
        throw new IOException("a TIFF whose samples differ in their bits is not supported");
      }
    }
    return (int) Math.min(first, 99);
  }

  private void requireSupported(int samples) throws IOException {
    for (long format : tags.values(339)) {
      if (format != 1) {
        throw unsupported(format == 3 ? "floating-point samples" : "signed samples");
      }
    }
    boolean fine =
        switch (photometric) {
          case WHITE_IS_ZERO -> samples == 1 && (bits == 1 || bits == 2 || bits == 4 || bits == 8);
          case BLACK_IS_ZERO -> samples <= 2 && (bits <= 2 || bits == 4 || bits == 8 || bits == 16);
          case RGB -> samples >= 3 && samples <= 6 && (bits == 8 || bits == 16);
          case PALETTE -> samples <= 2 && (bits <= 2 || bits == 4 || bits == 8);
          case INKS -> samples >= 4 && samples <= 6 && (bits == 8 || bits == 16);
          default -> throw unsupported(colors());
        };
    boolean packed = bits < 8 && samples > 1;
    boolean mixedGrey = photometric <= BLACK_IS_ZERO && samples == 2 && multiplied();
    if (!fine || samples < 1 || packed || mixedGrey || tags.value(332, 1) != 1) {
      throw unsupported("%d samples of %d bits as %s".formatted(samples, bits, colors()));
    }
  }

  private String colors() {
    return switch (photometric) {
      case WHITE_IS_ZERO, BLACK_IS_ZERO -> "grey";
      case RGB -> "RGB";
      case PALETTE -> "palette";
      case INKS -> "inks";
      case 6 -> "YCbCr colours";
      case 8, 9, 10 -> "L*a*b* colours";
      default -> "colours of kind " + photometric;
    };
  }

  static IOException unsupported(String what) {
    return new IOException("a TIFF with %s is not supported; convert it to PNG".formatted(what));
  }

  private boolean multiplied() {
    return tags.value(338, 0) == MULTIPLIED_ALPHA;
  }

  private RgbImage decode() throws IOException {
    boolean alpha = photometric == RGB && blocks.samples() > 3 && multiplied();
    int kept =
        switch (photometric) {
          case RGB -> alpha ? 4 : 3;
          case INKS -> 4;
          default -> 1;
        };
    byte[] bands = blocks.bands(width, height, kept);
    byte[] rgb =
        switch (photometric) {
          case RGB -> alpha ? divided(bands) : bands;
          case INKS -> {
            for (int i = 0; i < bands.length; i++) {
              bands[i] = (byte) ~bands[i];
            }
            yield JpegDecoder.inkToLight(bands, height * width);
          }
          case PALETTE -> looked(bands);
          default -> greys(bands);
        };
    return new RgbImage(height, width, rgb);
  }

  private byte[] greys(byte[] bands) {
    int largest = bits >= 8 ? 255 : (1 << bits) - 1;
    byte[] rgb = new byte[3 * bands.length];
    for (int i = 0; i < bands.length; i++) {
      int value = (bands[i] & 0xFF) * 255 / largest;
      Arrays.fill(
          rgb, 3 * i, 3 * i + 3, (byte) (photometric == WHITE_IS_ZERO ? 255 - value : value));
    }
    return rgb;
  }

  private byte[] looked(byte[] bands) throws IOException {
    long[] map = tags.values(320);
    int colors = map.length / 3;
    byte[] palette = new byte[3 * colors];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (byte) (map[i % 3 * colors + i / 3] >> 8);
    }
    PaletteColors known = new PaletteColors(palette);
    byte[] rgb = new byte[3 * bands.length];
    for (int i = 0; i < bands.length; i++) {
      known.write(bands[i] & 0xFF, rgb, 3 * i);
    }
    return rgb;
  }

  /** The colours that were multiplied by the alpha behind them. */
  private static byte[] divided(byte[] bands) {
    byte[] rgb = new byte[bands.length / 4 * 3];
    for (int i = 0, j = 0; i < bands.length; i += 4) {
      int alpha = bands[i + 3] & 0xFF;
      for (int c = 0; c < 3; c++) {
        int value = bands[i + c] & 0xFF;
        rgb[j++] = (byte) (alpha == 0 ? 0 : Math.min(255, value * 255 / alpha));
      }
    }
    return rgb;
  }
}
