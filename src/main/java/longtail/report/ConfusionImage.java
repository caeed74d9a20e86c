package longtail.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import longtail.dataset.Shots;
import longtail.eval.ClassResult;
import longtail.eval.ConfusionMatrix;
import longtail.eval.Evaluation;
import longtail.image.RgbImage;

/**
 * Draws a confusion matrix: rows are true classes, columns predicted ones, both by training images,
 * most first, so that a head that swallows the tail shows as a dark left edge. The colour is the
 * fraction of the row. Few classes get their counts and indices; many get thin cells on a scale
 * that lifts small fractions; more than {@value #MOST_CELLS} are averaged in blocks.
 */
final class ConfusionImage {
  private static final int MOST_CELLS = 240;
  private static final int PLOT = 960;
  private static final int LARGEST_CELL = 64;
  private static final int MOST_LABELLED = 30;
  private static final int LEFT = 84;
  private static final int TOP = 40;
  private static final int RIGHT = 110;
  private static final int BOTTOM = 70;
  private static final int[] SCALE = {0xFFFFFF, 0xD3E3F3, 0x7FB3D9, 0x2E7EBC, 0x08306B};

  private final List<ClassResult> order;
  private final int block;
  private final int bins;
  private final int cell;
  private final int side;
  private final boolean labelled;
  private final double[][] fractions;
  private final int[][] counts;
  private final Drawing drawing;

  private ConfusionImage(Evaluation evaluation) {
    order = new ArrayList<>(evaluation.classes());
    order.sort(
        Comparator.comparingInt((ClassResult c) -> -c.training())
            .thenComparingInt(ClassResult::label));
    block = (order.size() + MOST_CELLS - 1) / MOST_CELLS;
    bins = (order.size() + block - 1) / block;
    cell = Math.max(1, Math.min(LARGEST_CELL, PLOT / bins));
    side = cell * bins;
    labelled = bins <= MOST_LABELLED;
    fractions = new double[bins][bins];
    counts = new int[bins][bins];
    drawing = new Drawing(LEFT + side + RIGHT, TOP + side + BOTTOM);
    fill(evaluation.confusion());
  }

  /** The picture of the confusion matrix of {@code evaluation}. */
  static RgbImage draw(Evaluation evaluation) {
    ConfusionImage image = new ConfusionImage(evaluation);
    image.drawCells();
    image.drawGroups();
    image.drawAxes();
    image.drawLegend();
    return image.drawing.image();
  }

  /** Block averages of the row fractions; classes without test images do not count. */
  private void fill(ConfusionMatrix confusion) {
    int[] position = new int[order.size()];
    int[] tested = new int[bins];
    for (int i = 0; i < order.size(); i++) {
      position[order.get(i).label()] = bin(i);
      if (order.get(i).tested()) {
        tested[bin(i)]++;
      }
    }
    for (ConfusionMatrix.Cell found : confusion.cells()) {
      int row = position[found.label()];
      int column = position[found.predicted()];
      counts[row][column] += found.count();
      fractions[row][column] +=
          (double) found.count() / confusion.labelled(found.label()) / tested[row];
    }
  }

  private int bin(int i) {
    return i / block;
  }

  private void drawCells() {
    for (int row = 0; row < bins; row++) {
      for (int column = 0; column < bins; column++) {
        double fraction = fractions[row][column];
        int x = LEFT + column * cell;
        int y = TOP + row * cell;
        drawing.fill(x, y, cell, cell, color(fraction));
        if (labelled && counts[row][column] > 0) {
          drawing.text(
              x + cell / 2,
              y + cell / 2,
              cell - 4,
              fraction > 0.5 ? Drawing.WHITE : Drawing.INK,
              Integer.toString(counts[row][column]));
        }
      }
    }
    drawing.fill(LEFT - 1, TOP - 1, side + 2, 1, Drawing.GREY);
    drawing.fill(LEFT - 1, TOP + side, side + 2, 1, Drawing.GREY);
    drawing.fill(LEFT - 1, TOP - 1, 1, side + 2, Drawing.GREY);
    drawing.fill(LEFT + side, TOP - 1, 1, side + 2, Drawing.GREY);
  }

  /** Thin lines between the groups, and their names above. */
  private void drawGroups() {
    int from = 0;
    for (int i = 1; i <= order.size(); i++) {
      Shots.Group group = order.get(from).group();
      if (i == order.size() || order.get(i).group() != group) {
        int start = bin(from) * cell;
        int end = i == order.size() ? side : bin(i) * cell;
        drawing.text(LEFT + (start + end) / 2, TOP - 18, end - start, Drawing.GREY, group.key());
        if (i < order.size()) {
          drawing.fill(LEFT + end, TOP - 10, 1, side + 10, Drawing.GREY);
          drawing.fill(LEFT, TOP + end, side, 1, Drawing.GREY);
        }
        from = i;
      }
    }
  }

  private void drawAxes() {
    int classes = order.size();
    int step = labelled ? 1 : tickStep(classes);
    for (int rank = step; rank <= classes; rank += step) {
      int i = rank - 1;
      String tick = Integer.toString(labelled ? order.get(i).label() : rank);
      int middle = bin(i) * cell + (labelled ? cell / 2 : 0);
      drawing.text(LEFT - 28, TOP + middle, 40, Drawing.INK, tick);
      drawing.fill(LEFT - 6, TOP + middle, 5, 1, Drawing.GREY);
      drawing.text(LEFT + middle, TOP + side + 18, labelled ? cell : 60, Drawing.INK, tick);
      drawing.fill(LEFT + middle, TOP + side + 1, 1, 5, Drawing.GREY);
    }
    String kind =
        labelled
            ? "class"
            : "class, its rank by training images" + (block > 1 ? ", blocks of " + block : "");
    drawing.text(LEFT + side / 2, TOP + side + 50, side, Drawing.INK, "predicted " + kind);
    drawing.textUpwards(16, TOP + side / 2, side, Drawing.INK, "true " + kind);
  }

  private void drawLegend() {
    int x = LEFT + side + 24;
    for (int y = 0; y < side; y++) {
      drawing.fill(x, TOP + side - 1 - y, 16, 1, shade((double) y / (side - 1)));
    }
    for (int percent : labelled ? new int[] {0, 25, 50, 75, 100} : new int[] {0, 1, 10, 50, 100}) {
      int y = TOP + side - 1 - (int) Math.round(position(percent / 100.0) * (side - 1));
      drawing.fill(x + 16, y, 4, 1, Drawing.GREY);
      int middle = Math.min(Math.max(TOP + 7, y), TOP + side - 8);
      drawing.text(x + 48, middle, 50, Drawing.INK, percent + " %");
    }
  }

  private int color(double fraction) {
    return shade(position(fraction));
  }

  /** Place of a fraction on the colour scale. */
  private double position(double fraction) {
    return labelled ? fraction : Math.pow(fraction, 0.4);
  }

  private static int shade(double position) {
    double at = Math.min(1, position) * (SCALE.length - 1);
    int lower = Math.min((int) at, SCALE.length - 2);
    int color = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int from = SCALE[lower] >> shift & 0xFF;
      int to = SCALE[lower + 1] >> shift & 0xFF;
      color |= (int) Math.round(from + (to - from) * (at - lower)) << shift;
    }
    return color;
  }

  /** A round number of classes between ticks, for some ten ticks. */
  private static int tickStep(int classes) {
    int step = 1;
    while (classes / step > 12) {
      boolean two = Integer.toString(step).startsWith("2");
      step = two ? step / 2 * 5 : 2 * step;
    }
    return step;
  }
}
