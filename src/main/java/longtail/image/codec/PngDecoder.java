package longtail.image.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import longtail.image.RgbImage;

/**
 * PNG of every kind to RGB: alpha is dropped, samples of 16 bits give their upper byte.
 *
 * <p>Chunks that hold pixels are checked by their sums. A file that lacks no more than its last
 * chunk is whole.
 */
final class PngDecoder {
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504C5445;
  private static final int EXIF = 0x65584966;
  private static final int FIRST_CHUNK = 8;
  private static final int HEADER_END = 33;

  /** So many texts that may state the orientation are looked at; there should be one. */
  private static final int MOST_PROFILES = 4;

  /** A byte of deflated data stands for at most so many. */
  private static final long MOST_INFLATED = 1032;

  /** First column and row, and steps, of each pass of an interlaced image. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

  private final byte[] data;
  private final ByteBuffer file;
  private final int width;
  private final int height;
  private final PngSamples samples;
  private final int[][] passes;
  private PaletteColors palette = new PaletteColors(new byte[0]);
  private int profiles;
  private int exif;
  private int rawExif;
  private int xmp;

  private PngDecoder(byte[] data, PixelLimit limit) throws IOException {
    this.data = data;
    file = ByteBuffer.wrap(data);
    if (data.length < HEADER_END) {
      throw new IOException("truncated PNG: it ends inside its header");
    }
    if (file.getInt(FIRST_CHUNK) != 13 || file.getInt(FIRST_CHUNK + 4) != IHDR) {
      throw new IOException("damaged PNG: it does not begin with its header");
    }
    verify(FIRST_CHUNK, 13);
    width = file.getInt(16);
    height = file.getInt(20);
    limit.check(width, height, "a PNG");
    samples = PngSamples.of(data[25], data[24]);
    passes = data[28] == 0 ? ONE_PASS : PASSES;
  }

  static RgbImage decode(byte[] data, Orientation orientation, PixelLimit limit)
      throws IOException {
    PngDecoder decoder = new PngDecoder(data, limit);
    RgbImage image = decoder.decode();
    return switch (orientation) {
      case AS_STORED -> image;
      case FROM_EXIF -> ExifOrientation.upright(image, decoder.orientation());
    };
  }

  private RgbImage decode() throws IOException {
    long length = 0;
    for (int[] pass : passes) {
      length += (long) rows(pass) * (columns(pass) == 0 ? 0 : 1 + samples.bytes(columns(pass)));
    }
    long coded = 0;
    for (int at = FIRST_CHUNK; at + 12L <= data.length; at += chunkLength(at) + 12) {
      coded += file.getInt(at + 4) == IDAT ? chunkLength(at) : 0;
      if (chunkLength(at) > data.length - at - 12) {
        break;
      }
    }
    if (length > Integer.MAX_VALUE - 8 || length > MOST_INFLATED * (coded + 1)) {
      throw new IOException(
          "truncated PNG: %d x %d pixels in %d bytes".formatted(width, height, coded));
    }
    byte[] rows = new byte[(int) length];
    inflate(rows);
    return image(rows);
  }

  private int chunkLength(int at) throws IOException {
    int length = file.getInt(at);
    if (length < 0) {
      throw new IOException("damaged PNG: the chunk at byte %d is too long".formatted(at));
    }
    return length;
  }

  private void inflate(byte[] rows) throws IOException {
    Inflater inflater = new Inflater();
    try {
      int filled = 0;
      int at = FIRST_CHUNK;
      while (at + 12L <= data.length) {
        int length = chunkLength(at);
        int type = file.getInt(at + 4);
        if (type == IEND || length > data.length - at - 12) {
          break;
        }
        if (type == IDAT) {
          verify(at, length);
          inflater.setInput(data, at + 8, length);
          int inflated;
          do {
            inflated = inflater.inflate(rows, filled, rows.length - filled);
            filled += inflated;
          } while (inflated > 0);
        } else if (type == PLTE) {
          verify(at, length);
          byte[] colors = new byte[length - length % 3];
          file.get(at + 8, colors);
          palette = new PaletteColors(colors);
        } else if (type == EXIF) {
          exif = ExifOrientation.parse(data, at + 8, at + 8 + length);
        } else if (PngText.isText(type) && profiles < MOST_PROFILES) {
          note(PngText.of(type, data, at + 8, length));
        }
        at += length + 12;
      }
      if (filled < rows.length) {
        throw new IOException(
            "truncated PNG: %d of %d bytes of pixel rows".formatted(filled, rows.length));
      }
    } catch (DataFormatException damaged) {
      throw new IOException("damaged PNG: " + damaged.getMessage(), damaged);
    } finally {
      inflater.end();
    }
  }

  /** Programs that do not know the chunk for Exif write it, or XMP, as text. */
  private void note(PngText text) {
    if (text.isExif()) {
      profiles++;
      byte[] block = text.exif();
      rawExif = ExifOrientation.parse(block, 0, block.length);
    } else if (text.isXmp()) {
      profiles++;
      xmp = ExifOrientation.xmp(text.content(), 0, text.content().length);
    }
  }

  private int orientation() {
    int first = exif > 0 ? exif : rawExif;
    return first > 0 ? first : xmp;
  }

  private void verify(int at, int length) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(data, at + 4, length + 4);
    if ((int) sum.getValue() != file.getInt(at + 8 + length)) {
      throw new IOException("damaged PNG: wrong checksum of the chunk at byte " + at);
    }
  }

  private int columns(int[] pass) {
    return (width - pass[0] + pass[2] - 1) / pass[2];
  }

  private int rows(int[] pass) {
    return (height - pass[1] + pass[3] - 1) / pass[3];
  }

  private RgbImage image(byte[] rows) throws IOException {
    byte[] rgb = new byte[3 * height * width];
    int at = 0;
    for (int[] pass : passes) {
      int columns = columns(pass);
      if (columns == 0) {
        continue;
      }
      int stride = (int) samples.bytes(columns);
      for (int y = 0; y < rows(pass); y++, at += stride + 1) {
        unfilter(rows, at, stride, y > 0);
        int to = 3 * ((pass[1] + y * pass[3]) * width + pass[0]);
        samples.write(rows, at + 1, columns, palette, rgb, to, 3 * pass[2]);
      }
    }
    return new RgbImage(height, width, rgb);
  }

  /** Turns the row whose filter is at {@code at} into its samples, in place. */
  private void unfilter(byte[] rows, int at, int stride, boolean above) throws IOException {
    int filter = rows[at];
    if (filter < 0 || filter > 4) {
      throw new IOException("damaged PNG: a row has filter " + filter);
    }
    if (filter == 0) {
      return;
    }
    int back = samples.pixelBytes();
    int first = at + 1;
    int before = first - stride - 1;
    for (int i = 0; i < stride; i++) {
      int left = i >= back ? rows[first + i - back] & 0xFF : 0;
      int up = above ? rows[before + i] & 0xFF : 0;
      int corner = above && i >= back ? rows[before + i - back] & 0xFF : 0;
      rows[first + i] = (byte) (rows[first + i] + PngFilter.predict(filter, left, up, corner));
    }
  }
}
