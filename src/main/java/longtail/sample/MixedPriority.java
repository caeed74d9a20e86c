package longtail.sample;

import java.util.Arrays;
import java.util.Map;

/**
 * Image priorities that follow how hard each image is: images are drawn by their weights, with
 * replacement.
 *
 * <p>The weight of an image is {@code F_i + A_i}: {@code F} its share of the manual weight of its
 * class, {@code A} its hardness to the power {@code alpha}. An image that was not seen yet counts
 * as hard as can be.
 */
public final class MixedPriority {
  private final PriorityOptions options;
  private final Population population;
  private final int epochs;
  private final double largest;
  private final double[] adaptive;
  private final double[] fixed;
  private final PriorityTree tree;

  private MixedPriority(PriorityOptions options, Population population, int epochs) {
    this.options = options;
    this.population = population;
    this.epochs = epochs;
    largest = Math.pow(options.hardness().largest(), options.alpha());
    adaptive = new double[population.size()];
    Arrays.fill(adaptive, largest);
    fixed = new double[population.size()];
    tree = PriorityTree.of(new double[population.size()]);
    setFixed(0, options.hardness() == Hardness.NONE ? Scale.MANUAL : Scale.ADAPTIVE);
  }

  /**
   * The priorities before the first of {@code epochs} epochs over {@code population}.
   *
   * @throws IllegalArgumentException for options that only {@link ClassPriority} has: a negative
   *     fixed scale, momentum
   */
  public static MixedPriority of(PriorityOptions options, Population population, int epochs) {
    requireOfImages(options);
    return new MixedPriority(options, population, epochs);
  }

  /**
   * Checks that {@code options} are such as priorities of images can have.
   *
   * @throws IllegalArgumentException for a negative fixed scale, or momentum
   */
  public static void requireOfImages(PriorityOptions options) {
    if (options.fixedScale() < 0 || options.momentum() != 0) {
      throw new IllegalArgumentException(
          "fixed-scale must not be negative and momentum 0 for priorities of images, were %s and %s"
              .formatted(options.fixedScale(), options.momentum()));
    }
  }

  /** Weight of each image, {@code [rows]}; draws are in proportion to it. */
  public double[] weights() {
    return tree.weights();
  }

  /** The manual part of each image, {@code [rows]}. */
  public double[] fixed() {
    return fixed.clone();
  }

  /**
   * Goes to the state after {@code epoch} finished epochs.
   *
   * @param manualSum sum of {@link #fixed} then
   * @param found hardness of the images that were seen by then, by row
   */
  public void resume(int epoch, double manualSum, Map<Integer, Double> found) {
    found.forEach((row, value) -> adaptive[row] = adaptive(value));
    double[] manual = options.manual().ofClasses(population.counts(), epoch, epochs);
    setFixed(manual, manualSum / Arrays.stream(manual).sum());
  }

  /** The row for the uniform number {@code u} in [0, 1). */
  public int draw(double u) {
    return tree.find(u * tree.total());
  }

  /**
   * Takes in the hardness of images as the model saw them in a step; of an image that comes twice
   * the last.
   *
   * @param rows the images
   * @param values hardness of each
   */
  public void update(int[] rows, double... values) {
    if (options.hardness() == Hardness.NONE) {
      return;
    }
    for (int i = 0; i < rows.length; i++) {
      adaptive[rows[i]] = adaptive(values[i]);
      tree.set(rows[i], fixed[rows[i]] + adaptive[rows[i]]);
    }
  }

  private double adaptive(double value) {
    return Math.pow(Math.max(0, Math.min(value, largest)), options.alpha());
  }

  /** Moves the manual part on, after epoch {@code epoch}, from 1. */
  public void epochFinished(int epoch) {
    boolean manualCounts = options.hardness() == Hardness.NONE || options.fixedScale() > 0;
    if (!options.manual().moving() || !manualCounts) {
      return;
    }
    boolean rescaled =
        options.hardness() != Hardness.NONE
            && options.rescaling() == PriorityOptions.Rescaling.ALWAYS;
    setFixed(epoch, rescaled ? Scale.ADAPTIVE : Scale.MANUAL);
  }

  /** What the manual part is scaled by. */
  private enum Scale {
    MANUAL,
    ADAPTIVE
  }

  private void setFixed(int epoch, Scale scale) {
    double[] manual = options.manual().ofClasses(population.counts(), epoch, epochs);
    double factor =
        switch (scale) {
          case MANUAL -> 1;
          case ADAPTIVE ->
              options.fixedScale() * Arrays.stream(adaptive).sum() / Arrays.stream(manual).sum();
        };
    setFixed(manual, factor);
  }

  private void setFixed(double[] manual, double factor) {
    double[] weights = new double[fixed.length];
    for (int row = 0; row < fixed.length; row++) {
      int label = population.label(row);
      fixed[row] = factor * manual[label] / population.counts().count(label);
      weights[row] = fixed[row] + adaptive[row];
    }
    tree.setAll(weights);
  }
}
