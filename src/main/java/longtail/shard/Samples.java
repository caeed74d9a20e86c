package longtail.shard;

import java.io.Serializable;
import java.util.stream.IntStream;

/** The images of a dataset column by column; rows are ordered by shard and place in the shard. */
public final class Samples implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String[] imageIds;
  private final int[] labels;
  private final int[] shards;
  private final long[] offsets;
  private final int[] lengths;
  private final int[] heights;
  private final int[] widths;
  private final int[] firstRows;

  Samples(
      String[] imageIds,
      int[] labels,
      int[] shards,
      long[] offsets,
      int[] lengths,
      int[] heights,
      int[] widths,
      int[] firstRows) {
    this.imageIds = imageIds;
    this.labels = labels;
    this.shards = shards;
    this.offsets = offsets;
    this.lengths = lengths;
    this.heights = heights;
    this.widths = widths;
    this.firstRows = firstRows;
  }

  /** Number of images. */
  public int size() {
    return labels.length;
  }

  /** Identifier of the image of {@code row}. */
  public String imageId(int row) {
    return imageIds[row];
  }

  /** Class of the image of {@code row}. */
  public int label(int row) {
    return labels[row];
  }

  /** Shard that holds {@code row}. */
  public int shard(int row) {
    return shards[row];
  }

  /** First byte of the image of {@code row} in its shard. */
  public long offset(int row) {
    return offsets[row];
  }

  /** Bytes of the encoded image of {@code row}. */
  public int length(int row) {
    return lengths[row];
  }

  /** Height of the image of {@code row} in pixels. */
  public int height(int row) {
    return heights[row];
  }

  /** Width of the image of {@code row} in pixels. */
  public int width(int row) {
    return widths[row];
  }

  /** The classes of all rows, {@code [size]}; a copy. */
  public int[] labels() {
    return labels.clone();
  }

  /** The rows of {@code shard} in their order. */
  public int[] rowsOf(int shard) {
    return IntStream.range(firstRows[shard], firstRows[shard + 1]).toArray();
  }
}
