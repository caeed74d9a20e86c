package longtail.report;

import java.util.Arrays;
import longtail.image.RgbImage;

/** A picture that rectangles and short texts are drawn on; needs no graphics system or fonts. */
final class Canvas {
  static final int WHITE = 0xFFFFFF;
  static final int INK = 0x222222;
  static final int GREY = 0x9A9A9A;

  private final int width;
  private final int height;
  private final byte[] pixels;

  Canvas(int width, int height) {
    this.width = width;
    this.height = height;
    pixels = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
    Arrays.fill(pixels, (byte) 0xFF);
  }

  /** Fills a rectangle with {@code color}, 0xRRGGBB; what lies outside is cut off. */
  void fill(int x, int y, int boxWidth, int boxHeight, int color) {
    for (int row = Math.max(0, y); row < Math.min(height, y + boxHeight); row++) {
      for (int column = Math.max(0, x); column < Math.min(width, x + boxWidth); column++) {
        int at = 3 * (row * width + column);
        pixels[at] = (byte) (color >> 16);
        pixels[at + 1] = (byte) (color >> 8);
        pixels[at + 2] = (byte) color;
      }
    }
  }

  /** Writes from left to right; {@code (x, y)} is the upper left corner. */
  void text(int x, int y, int scale, int color, String text) {
    for (int i = 0; i < text.length(); i++) {
      for (int row = 0; row < PixelFont.HEIGHT; row++) {
        for (int column = 0; column < PixelFont.WIDTH; column++) {
          if (PixelFont.ink(text.charAt(i), row, column)) {
            int left = x + scale * (i * PixelFont.ADVANCE + column);
            fill(left, y + scale * row, scale, scale, color);
          }
        }
      }
    }
  }

  /** Writes from bottom to top; {@code (x, y)} is the lower left corner of the turned text. */
  void textUpwards(int x, int y, int scale, int color, String text) {
    for (int i = 0; i < text.length(); i++) {
      for (int row = 0; row < PixelFont.HEIGHT; row++) {
        for (int column = 0; column < PixelFont.WIDTH; column++) {
          if (PixelFont.ink(text.charAt(i), row, column)) {
            int bottom = y - scale * (i * PixelFont.ADVANCE + column + 1);
            fill(x + scale * row, bottom, scale, scale, color);
          }
        }
      }
    }
  }

  /** Width in pixels of a text. */
  static int textWidth(String text, int scale) {
    return scale * (text.length() * PixelFont.ADVANCE - 1);
  }

  RgbImage image() {
    return new RgbImage(height, width, pixels);
  }
}
