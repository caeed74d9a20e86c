package longtail.sample;

import java.util.Arrays;

/**
 * How hard the model found each image of a training set, as it counts for priorities: the last
 * findings, smoothed by the momentum of the {@link PriorityOptions}. An image that was not seen yet
 * counts as hard as can be.
 */
public final class ImageHardness {
  private final PriorityOptions options;
  private final double[] values;
  private final double[] changes;

  private ImageHardness(PriorityOptions options, double[] values, double[] changes) {
    this.options = options;
    this.values = values;
    this.changes = changes;
  }

  /** {@code rows} images that were not seen yet. */
  public static ImageHardness unseen(PriorityOptions options, int rows) {
    double[] values = new double[rows];
    Arrays.fill(values, options.hardness().largest());
    return new ImageHardness(options, values, new double[rows]);
  }

  /**
   * Images with {@code values} as they count now and the {@code changes} that made them so, {@code
   * [rows]} each.
   */
  public static ImageHardness of(PriorityOptions options, double[] values, double[] changes) {
    if (values.length != changes.length) {
      throw new IllegalArgumentException(
          "there must be a change for each of %d images, were %d"
              .formatted(values.length, changes.length));
    }
    return new ImageHardness(options, values.clone(), changes.clone());
  }

  /** Number of images. */
  public int rows() {
    return values.length;
  }

  /** Hardness of {@code row} as it counts now. */
  public double value(int row) {
    return values[row];
  }

  /** Hardness of each image as it counts now, {@code [rows]}, a copy. */
  public double[] values() {
    return values.clone();
  }

  /** The last change of each image, {@code [rows]}, a copy. */
  public double[] changes() {
    return changes.clone();
  }

  /** Takes in that the model found {@code row} as hard as {@code value}. */
  public void take(int row, double value) {
    apply(row, change(row, value));
  }

  /** What {@link #take} would add to the hardness of {@code row}. */
  double change(int row, double value) {
    double momentum = options.momentum();
    double clipped = options.hardness().clipped(value);
    return momentum * changes[row] + (1 - momentum) * (clipped - values[row]);
  }

  void apply(int row, double change) {
    changes[row] = change;
    values[row] += change;
  }
}
