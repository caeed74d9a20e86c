package longtail.shard;

import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
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

  private Samples(Builder rows, int[] firstRows) {
    this.imageIds = rows.imageIds;
    this.labels = rows.labels;
    this.shards = rows.shards;
    this.offsets = rows.offsets;
    this.lengths = rows.lengths;
    this.heights = rows.heights;
    this.widths = rows.widths;
    this.firstRows = firstRows;
  }

  private Samples(Samples rows, int[] labels) {
    this.imageIds = rows.imageIds;
    this.labels = labels;
    this.shards = rows.shards;
    this.offsets = rows.offsets;
    this.lengths = rows.lengths;
    this.heights = rows.heights;
    this.widths = rows.widths;
    this.firstRows = rows.firstRows;
  }

  /** The same images with the classes {@code other}, {@code [size]}. */
  Samples withLabels(int[] other) {
    if (other.length != labels.length) {
      throw new IllegalArgumentException(
          "labels must be " + labels.length + ", were " + other.length);
    }
    return new Samples(this, other.clone());
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

  /** Fills the columns row by row. */
  static final class Builder {
    private final String[] imageIds;
    private final int[] labels;
    private final int[] shards;
    private final long[] offsets;
    private final int[] lengths;
    private final int[] heights;
    private final int[] widths;
    private final int shardCount;
    private int size;

    /** For {@code size} rows over {@code shardCount} shards. */
    Builder(int size, int shardCount) {
      imageIds = new String[size];
      labels = new int[size];
      shards = new int[size];
      offsets = new long[size];
      lengths = new int[size];
      heights = new int[size];
      widths = new int[size];
      this.shardCount = shardCount;
    }

    /** Appends a row; shards come in ascending order. */
    void add(int shard, SampleRow row) throws IOException {
      int least = size == 0 ? 0 : shards[size - 1];
      if (size == labels.length || shard < least || shard >= shardCount) {
        throw new IOException(
            "row " + size + " of shard " + shard + " does not fit the index of the dataset");
      }
      imageIds[size] = row.imageId();
      labels[size] = row.label();
      shards[size] = shard;
      offsets[size] = row.offset();
      lengths[size] = row.length();
      heights[size] = row.height();
      widths[size] = row.width();
      size++;
    }

    Samples build() throws IOException {
      if (size != labels.length) {
        throw new IOException(size + " rows, the index says " + labels.length);
      }
      int[] firstRows = new int[shardCount + 1];
      for (int shard : shards) {
        firstRows[shard + 1]++;
      }
      Arrays.parallelPrefix(firstRows, Integer::sum);
      return new Samples(this, firstRows);
    }
  }
}
