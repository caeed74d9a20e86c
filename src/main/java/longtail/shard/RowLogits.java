package longtail.shard;

/** The logits of some rows of a dataset, in memory; read by {@link LogitTable#read}. */
public final class RowLogits {
  private final int classes;
  private final float[][] ofRow;

  /**
   * Takes over {@code ofRow}.
   *
   * @param classes length of every row's logits
   * @param ofRow logits by row of the dataset, null for a row that has none here
   */
  public RowLogits(int classes, float[]... ofRow) {
    this.classes = classes;
    this.ofRow = ofRow;
  }

  /** Number of classes; 0 if no row has logits. */
  public int classes() {
    return classes;
  }

  /**
   * Copies the logits of {@code row} to {@code target[offset ...]}.
   *
   * @throws IllegalArgumentException if the row is not among those that were read
   */
  public void copy(int row, float[] target, int offset) {
    if (ofRow[row] == null) {
      throw new IllegalArgumentException("the logits of row " + row + " were not read");
    }
    System.arraycopy(ofRow[row], 0, target, offset, classes);
  }
}
