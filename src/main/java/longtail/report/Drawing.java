package longtail.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.Optional;
import longtail.image.RgbImage;

/**
 * A picture of rectangles and short texts, drawn without a screen. Where the system has no fonts,
 * as in small containers, the texts are left out.
 */
final class Drawing {
  static final int WHITE = 0xFFFFFF;
  static final int INK = 0x222222;
  static final int GREY = 0x9A9A9A;

  private static final int SIZE = 15;
  private static final int SMALLEST = 9;
  private static final Optional<Font> FONT = font();

  private final BufferedImage picture;
  private final Graphics2D graphics;

  Drawing(int width, int height) {
    picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    graphics = picture.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    fill(0, 0, width, height, WHITE);
  }

  /** The logical font, if it can measure a text: some systems have a Java without fonts. */
  private static Optional<Font> font() {
    try {
      Font font = new Font(Font.SANS_SERIF, Font.PLAIN, SIZE);
      BufferedImage trial = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
      return trial.createGraphics().getFontMetrics(font).stringWidth("0") > 0
          ? Optional.of(font)
          : Optional.empty();
    } catch (LinkageError | InternalError | RuntimeException e) {
      return Optional.empty(); // what is thrown without a font library differs by version
    }
  }

  /** Fills a rectangle with {@code color}, 0xRRGGBB; what lies outside is cut off. */
  void fill(int x, int y, int boxWidth, int boxHeight, int color) {
    graphics.setColor(new Color(color));
    graphics.fillRect(x, y, boxWidth, boxHeight);
  }

  /**
   * Writes around the point {@code (x, y)}, smaller where {@code room} pixels are not enough, and
   * not at all where they are too few to read it.
   */
  void text(int x, int y, int room, int color, String text) {
    write(AffineTransform.getTranslateInstance(x, y), room, color, text);
  }

  /** The same from bottom to top. */
  void textUpwards(int x, int y, int room, int color, String text) {
    AffineTransform turned = AffineTransform.getTranslateInstance(x, y);
    turned.quadrantRotate(-1);
    write(turned, room, color, text);
  }

  private void write(AffineTransform place, int room, int color, String text) {
    FONT.ifPresent(
        font -> {
          int width = graphics.getFontMetrics(font).stringWidth(text);
          float size = Math.min(SIZE, (float) SIZE * room / width);
          if (size >= SMALLEST) {
            graphics.setFont(font.deriveFont(size));
            graphics.setColor(new Color(color));
            AffineTransform before = graphics.getTransform();
            graphics.transform(place);
            graphics.drawString(
                text, -graphics.getFontMetrics().stringWidth(text) / 2f, 0.36f * size);
            graphics.setTransform(before);
          }
        });
  }

  RgbImage image() {
    graphics.dispose();
    int width = picture.getWidth();
    int height = picture.getHeight();
    int[] colors = picture.getRGB(0, 0, width, height, null, 0, width);
    byte[] pixels = new byte[3 * colors.length];
    for (int i = 0; i < colors.length; i++) {
      pixels[3 * i] = (byte) (colors[i] >> 16);
      pixels[3 * i + 1] = (byte) (colors[i] >> 8);
      pixels[3 * i + 2] = (byte) colors[i];
    }
    return new RgbImage(height, width, pixels);
  }
}
