package longtail.shard;

import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
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

  /** Row of the first image of {@code shard}. */
  int firstRowOf(int shard) {
    return firstRows[shard];
  }

  /** Fills the columns row by row; they grow with what comes, whatever the index claims. */
  static final class Builder {
    private static final int FIRST_CAPACITY = 1 << 12;
    private static final long MOST_PIXELS = Integer.MAX_VALUE / 3;

    private final List<DatasetIndex.Shard> index;
    private String[] imageIds = new String[FIRST_CAPACITY];
    private int[] labels = new int[FIRST_CAPACITY];
    private int[] shards = new int[FIRST_CAPACITY];
    private long[] offsets = new long[FIRST_CAPACITY];
    private int[] lengths = new int[FIRST_CAPACITY];
    private int[] heights = new int[FIRST_CAPACITY];
    private int[] widths = new int[FIRST_CAPACITY];
    private int size;
    private long end; // of the image before, in its shard

    /** For the images of the shards of {@code index}. */
    Builder(List<DatasetIndex.Shard> index) {
      this.index = index;
    }

    /**
     * Appends a row; shards come in ascending order, and so do the places in a shard.
     *
     * @throws IOException if it cannot be one of the shards
     */
    void add(int shard, SampleRow row) throws IOException {
      int before = size == 0 ? 0 : shards[size - 1];
      if (shard < before || shard >= index.size()) {
        throw bad("is of shard %d, behind shard %d of %d".formatted(shard, before, index.size()));
      }
      if (shard != before) {
        end = 0;
      }
      long bytes = index.get(shard).bytes();
      if (row.offset() < end || row.length() < 0 || row.offset() > bytes - row.length()) {
        throw bad(
            "is at byte %d with %d bytes, which must lie in bytes %d to %d of shard %d"
                .formatted(row.offset(), row.length(), end, bytes, shard));
      }
      if (row.height() < 1 || row.width() < 1 || (long) row.height() * row.width() > MOST_PIXELS) {
        throw bad("is an image of %d x %d pixels".formatted(row.width(), row.height()));
      }
      if (size == labels.length) {
        resize(Math.min(2L * size, Integer.MAX_VALUE - 8));
      }
      imageIds[size] = row.imageId();
      labels[size] = row.label();
      shards[size] = shard;
      offsets[size] = row.offset();
      lengths[size] = row.length();
      heights[size] = row.height();
      widths[size] = row.width();
      end = row.offset() + row.length();
      size++;
    }

    private IOException bad(String problem) {
      return new IOException("row %d %s".formatted(size, problem));
    }

    private void resize(long rows) {
      int to = (int) rows;
      imageIds = Arrays.copyOf(imageIds, to);
      labels = Arrays.copyOf(labels, to);
      shards = Arrays.copyOf(shards, to);
      offsets = Arrays.copyOf(offsets, to);
      lengths = Arrays.copyOf(lengths, to);
      heights = Arrays.copyOf(heights, to);
      widths = Arrays.copyOf(widths, to);
    }

    /**
     * The images.
     *
     * @throws IOException if a shard has others than the index says
     */
    Samples build() throws IOException {
      resize(size);
      int[] firstRows = new int[index.size() + 1];
      for (int shard : shards) {
        firstRows[shard + 1]++;
      }
      for (int shard = 0; shard < index.size(); shard++) {
        if (firstRows[shard + 1] != index.get(shard).images()) {
          throw new IOException(
              "%d rows of shard %d, the index says %d"
                  .formatted(firstRows[shard + 1], shard, index.get(shard).images()));
        }
      }
      Arrays.parallelPrefix(firstRows, Integer::sum);
      return new Samples(this, firstRows);
    }
  }
}
