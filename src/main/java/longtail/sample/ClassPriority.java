package longtail.sample;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;

/**
 * Class priorities that follow how hard the images of each class are: a class is drawn by its
 * weight, then the next image of its cycle.
 *
 * <p>The weight of a class is {@code (F_c + A_c)^alpha}: {@code F} the manual part, {@code A} the
 * sum over its images of their hardness. An image that was not seen yet counts as hard as can be.
 */
public final class ClassPriority {
  private final PriorityOptions options;
  private final Population population;
  private final int epochs;
  private ImageHardness hardness;
  private final double[] ratio;
  private double[] fixed;
  private final double[] adaptive;
  private final PriorityTree tree;

  private ClassPriority(PriorityOptions options, Population population, int epochs) {
    this.options = options;
    this.population = population;
    this.epochs = epochs;
    int classes = population.counts().classes();
    hardness = ImageHardness.unseen(options, population.size());
    ratio = new double[classes];
    adaptive = new double[classes];
    double[] manual = manual(0);
    Arrays.fill(ratio, 1);
    if (balancesByRatio()) {
      setRatio(manual);
    }
    sumHardness();
    fixed = scaled(manual, scaleToAdaptive(manual));
    tree = PriorityTree.of(new double[classes]);
    refresh();
  }

  /** The priorities before the first of {@code epochs} epochs over {@code population}. */
  public static ClassPriority of(PriorityOptions options, Population population, int epochs) {
    return new ClassPriority(options, population, epochs);
  }

  /** Weight of each class, {@code [classes]}; draws are in proportion to it. */
  public double[] weights() {
    return tree.weights();
  }

  /** The manual part of each class, {@code [classes]}. */
  public double[] fixed() {
    return fixed.clone();
  }

  /** Hardness of each image as it counts now, {@code [rows]}. */
  public double[] hardness() {
    return hardness.values();
  }

  /**
   * Goes to the state after {@code epoch} finished epochs.
   *
   * @param manualSum sum of {@link #fixed} then
   * @param found what images are known by then
   */
  public void resume(int epoch, double manualSum, ImageHardness found) {
    hardness = found;
    double[] manual = manual(epoch);
    if (balancesByRatio()) {
      setRatio(manual);
    }
    sumHardness();
    fixed = scaled(manual, manualSum / sum(manual));
    refresh();
  }

  /** The class for the uniform number {@code u} in [0, 1). */
  public int draw(double u) {
    return tree.find(u * tree.total());
  }

  /**
   * Takes in the hardness of images as the model saw them in a step. An image that comes twice
   * counts by its last place.
   *
   * @param rows the images
   * @param values hardness of each
   */
  public void update(int[] rows, double... values) {
    double[] changes = new double[rows.length];
    Arrays.setAll(changes, i -> hardness.change(rows[i], values[i]));
    boolean summed = options.repeats() == PriorityOptions.Repeats.SUMMED && options.alpha() == 1;
    Set<Integer> seen = new HashSet<>();
    for (int i = rows.length - 1; i >= 0; i--) {
      boolean last = seen.add(rows[i]);
      if (last) {
        hardness.apply(rows[i], changes[i]);
      }
      if (last || summed) {
        int label = population.label(rows[i]);
        adaptive[label] += changes[i] * ratio[label];
      }
    }
    refresh();
  }

  /**
   * Takes in the hardness of the images of a validation set instead of that of training images: a
   * class counts by their mean. Classes without such images keep what they have.
   *
   * @param labels class of each validation image
   * @param values hardness of each
   */
  public void validated(int[] labels, double... values) {
    double[] sums = new double[adaptive.length];
    int[] images = new int[adaptive.length];
    for (int i = 0; i < labels.length; i++) {
      sums[labels[i]] += options.hardness().clipped(values[i]);
      images[labels[i]]++;
    }
    for (int c = 0; c < sums.length; c++) {
      if (images[c] > 0) {
        adaptive[c] = ratio[c] * population.counts().count(c) * sums[c] / images[c];
      }
    }
    refresh();
  }

  /** Moves the manual part on, after epoch {@code epoch}, from 1. */
  public void epochFinished(int epoch) {
    if (!options.manual().moving()) {
      return;
    }
    double[] manual = manual(epoch);
    if (balancesByRatio()) {
      setRatio(manual);
      sumHardness();
    } else if (options.hardness() != Hardness.NONE
        && options.rescaling() == PriorityOptions.Rescaling.ALWAYS) {
      fixed = scaled(manual, scaleToAdaptive(manual));
    } else {
      fixed = scaled(manual, sum(fixed) / sum(manual));
    }
    refresh();
  }

  private boolean balancesByRatio() {
    return options.fixedScale() < 0 && options.hardness() != Hardness.NONE;
  }

  private double[] manual(int epoch) {
    return options.manual().ofClasses(population.counts(), epoch, epochs);
  }

  /** The manual part's factor; 1 where there is no adaptive part to compare with. */
  private double scaleToAdaptive(double... manual) {
    double sum = sum(adaptive);
    return sum > 0 ? Math.max(0, options.fixedScale()) * sum / sum(manual) : 1;
  }

  private void setRatio(double... manual) {
    ClassCounts counts = population.counts();
    double all = counts.total() / sum(manual);
    Arrays.setAll(ratio, c -> counts.count(c) == 0 ? 0 : manual[c] / counts.count(c) * all);
  }

  private void sumHardness() {
    Arrays.fill(adaptive, 0);
    for (int row = 0; row < hardness.rows(); row++) {
      adaptive[population.label(row)] += hardness.value(row);
    }
    Arrays.setAll(adaptive, c -> adaptive[c] * ratio[c]);
  }

  private void refresh() {
    // changes that cancel may leave a sum a rounding below zero
    tree.setAll(
        IntStream.range(0, fixed.length)
            .mapToDouble(c -> Math.pow(Math.max(0, fixed[c] + adaptive[c]), options.alpha()))
            .toArray());
  }

  private static double[] scaled(double[] values, double factor) {
    return Arrays.stream(values).map(v -> v * factor).toArray();
  }

  private static double sum(double... values) {
    return Arrays.stream(values).sum();
  }
}
