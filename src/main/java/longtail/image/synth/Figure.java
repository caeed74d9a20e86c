package longtail.image.synth;

import java.util.ArrayList;
import java.util.List;

/**
 * What the images of one class have in common. Every outline, texture and hue belongs to several
 * classes, so that no single one of them gives a class away, and a class of few images can be told
 * by features that others teach.
 *
 * @param outline its shape
 * @param texture its pattern
 * @param hue centre of its hues in turns of the colour wheel, [0, 1)
 */
record Figure(Outline outline, Texture texture, double hue) {
  private static final List<Outline> OUTLINES = List.of(Outline.values());
  private static final List<Texture> TEXTURES = List.of(Texture.values());
  private static final String[] HUE_NAMES = {"red", "green", "blue", "yellow"};
  private static final double[] HUES = {0.98, 0.36, 0.62, 0.14};

  /** The most classes that can be told apart. */
  static final int MOST = OUTLINES.size() * TEXTURES.size() * HUES.length;

  /** The first {@code classes} figures. */
  static List<Figure> first(int classes) {
    List<Figure> figures = new ArrayList<>(classes);
    for (int c = 0; c < classes; c++) {
      figures.add(new Figure(outline(c), texture(c), HUES[hueIndex(c)]));
    }
    return figures;
  }

  /** A name for each of the first {@code classes} figures. */
  static List<String> names(int classes) {
    List<String> names = new ArrayList<>(classes);
    for (int c = 0; c < classes; c++) {
      names.add(HUE_NAMES[hueIndex(c)] + " " + texture(c).adjective() + " " + outline(c).noun());
    }
    return names;
  }

  private static Outline outline(int c) {
    return OUTLINES.get(c % OUTLINES.size());
  }

  private static Texture texture(int c) {
    return TEXTURES.get(c / OUTLINES.size() % TEXTURES.size());
  }

  private static int hueIndex(int c) {
    int outlines = OUTLINES.size();
    int textures = TEXTURES.size();
    return (c % outlines + 2 * (c / outlines % textures) + c / (outlines * textures)) % HUES.length;
  }
}
