package longtail.image.codec;

import java.io.IOException;

/**
 * The colours that an image with a palette refers to by number.
 *
 * @param rgb red, green and blue of each colour, one byte each
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PaletteColors(byte[] rgb) {
  /** Colour {@code i} is the grey of that level, as in a file without a palette. */
  static PaletteColors greys() {
    byte[] rgb = new byte[3 * 256];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3);
    }
    return new PaletteColors(rgb);
  }

  /** Writes colour {@code index} to {@code to} from {@code at} on. */
  void write(int index, byte[] to, int at) throws IOException {
    if (3 * index + 3 > rgb.length) {
      throw new IOException(
          "damaged image data: a pixel has colour %d of a palette of %d"
              .formatted(index, rgb.length / 3));
    }
    to[at] = rgb[3 * index];
    to[at + 1] = rgb[3 * index + 1];
    to[at + 2] = rgb[3 * index + 2];
  }
}
