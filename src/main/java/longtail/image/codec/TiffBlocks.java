package longtail.image.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The strips or tiles of a TIFF, put together.
 *
 * @param file the bytes
 * @param bigEndian whether samples of 16 bits start with their upper byte
 * @param samples samples of a pixel
 * @param bits bits of a sample
 * @param planes whether each sample has blocks of its own
 * @param blockWidth columns of a block
 * @param blockHeight rows of a block; of the last strip there may be less
 * @param tiled whether all blocks have these extents, even beyond the edge
 * @param places where each block starts
 * @param lengths its bytes
 * @param coding how it is packed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TiffBlocks(
    ByteBuffer file,
    boolean bigEndian,
    int samples,
    int bits,
    boolean planes,
    int blockWidth,
    int blockHeight,
    boolean tiled,
    long[] places,
    long[] lengths,
    TiffCoding coding) {

  static TiffBlocks of(ByteBuffer file, TiffDirectory tags, int samples, int bits, PixelLimit limit)
      throws IOException {
    long width = tags.value(256, 0);
    long height = tags.value(257, 0);
    boolean tiled = tags.values(324).length > 0;
    long columns = tiled ? tags.value(322, 0) : width;
    long rows = tiled ? tags.value(323, 0) : Math.min(height, tags.value(278, height));
    limit.check(columns, rows, "a block in a TIFF");
    long[] places = tags.values(tiled ? 324 : 273);
    long[] lengths = tags.values(tiled ? 325 : 279);
    boolean planes = tags.value(284, 1) == 2 && samples > 1;
    long needed = ((width - 1) / columns + 1) * ((height - 1) / rows + 1) * (planes ? samples : 1);
    if (places.length != needed) {
      throw new IOException(
          "damaged TIFF: %d strips or tiles where there should be %d"
              .formatted(places.length, needed));
    }
    TiffCoding coding = TiffCoding.of(tags, bits);
    if (lengths.length < places.length) {
      lengths = new long[places.length];
      Arrays.fill(lengths, Integer.MAX_VALUE);
    }
    return new TiffBlocks(
        file,
        tags.bigEndian(),
        samples,
        bits,
        planes,
        (int) columns,
        (int) rows,
        tiled,
        places,
        lengths,
        coding);
  }

  /**
   * The first {@code kept} samples of each pixel, {@code [height, width, kept]}: the upper byte of
   * those of 16 bits, those of less than 8 as they are.
   */
  byte[] bands(int width, int height, int kept) throws IOException {
    long coded = 0;
    for (int i = 0; i < places.length; i++) {
      coded += block(i).length;
    }
    if ((long) height * width * samples * bits / 8 > coding.mostDecoded() * (coded + 1)) {
      throw new IOException(
          "truncated TIFF: %d x %d pixels in %d bytes".formatted(width, height, coded));
    }
    if ((long) height * width * kept > Integer.MAX_VALUE - 8) {
      throw new IOException("a TIFF of %d x %d pixels is too large".formatted(width, height));
    }
    byte[] bands = new byte[height * width * kept];
    int across = (width - 1) / blockWidth + 1;
    int down = (height - 1) / blockHeight + 1;
    for (int plane = 0; plane < (planes ? kept : 1); plane++) {
      for (int i = 0; i < across * down; i++) {
        int top = i / across * blockHeight;
        int left = i % across * blockWidth;
        int rows = tiled ? blockHeight : Math.min(blockHeight, height - top);
        int inBlock = planes ? 1 : samples;
        long stride = ((long) blockWidth * inBlock * bits + 7) / 8;
        if (stride * rows > Integer.MAX_VALUE - 8) {
          throw new IOException("damaged TIFF: a block of %d bytes".formatted(stride * rows));
        }
        byte[] pixels =
            coding.decode(block(plane * across * down + i), rows, (int) stride, inBlock, bigEndian);
        for (int y = 0; y < Math.min(rows, height - top); y++) {
          int from = y * (int) stride;
          int to = ((top + y) * width + left) * kept + plane;
          copy(pixels, from, Math.min(blockWidth, width - left), bands, to, kept);
        }
      }
    }
    return bands;
  }

  private void copy(byte[] pixels, int from, int columns, byte[] bands, int to, int kept) {
    int inBlock = planes ? 1 : samples;
    int bytes = bits == 16 ? 2 : 1;
    int upper = bits == 16 && !bigEndian ? 1 : 0;
    for (int x = 0; x < columns; x++) {
      for (int c = 0; c < (planes ? 1 : kept); c++) {
        int sample = x * inBlock + c;
        bands[to + x * kept + c] =
            bits < 8
                ? (byte)
                    (pixels[from + sample * bits / 8] >> (8 - bits - sample * bits % 8)
                        & ((1 << bits) - 1))
                : pixels[from + sample * bytes + upper];
      }
    }
  }

  private byte[] block(int i) throws IOException {
    long from = places[i];
    if (from < 0 || from > file.limit()) {
      throw new IOException("truncated TIFF: a strip would start at byte " + from);
    }
    long length = Math.min(lengths[i], file.limit() - from);
    if (length < 0) {
      throw new IOException("damaged TIFF: a strip of %d bytes".formatted(length));
    }
    byte[] block = new byte[(int) length];
    file.get((int) from, block);
    return block;
  }
}
