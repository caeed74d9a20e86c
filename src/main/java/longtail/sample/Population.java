package longtail.sample;

import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;

/**
 * The rows of a dataset by shard and by class: what samplers draw from.
 *
 * <p>Rows are numbered from 0 and ordered by shard.
 */
public final class Population {
  private final int[] labels;
  private final ClassCounts counts;
  // rows of shard s: shardStart[s] .. shardStart[s + 1] - 1
  private final int[] shardStart;
  // rows of each class in ascending order, hence by shard
  private final int[][] rowsOfClass;

  private Population(int[] labels, ClassCounts counts, int[] shardStart, int[][] rowsOfClass) {
    this.labels = labels;
    this.counts = counts;
    this.shardStart = shardStart;
    this.rowsOfClass = rowsOfClass;
  }

  /**
   * Rows with {@code labels} (class of each row, from 0), the first {@code shardSizes[0]} of them
   * in shard 0 and so on.
   *
   * @throws IllegalArgumentException when the sizes do not sum to the number of labels
   */
  public static Population of(int[] labels, int classes, int... shardSizes) {
    int[] start = new int[shardSizes.length + 1];
    for (int s = 0; s < shardSizes.length; s++) {
      start[s + 1] = start[s] + shardSizes[s];
    }
    if (start[shardSizes.length] != labels.length) {
      throw new IllegalArgumentException(
          "the shards must hold all %d rows, they hold %d"
              .formatted(labels.length, start[shardSizes.length]));
    }
    ClassCounts counts = ClassCounts.ofLabels(labels, classes);
    int[][] rowsOfClass = new int[classes][];
    for (int c = 0; c < classes; c++) {
      rowsOfClass[c] = new int[counts.count(c)];
    }
    int[] filled = new int[classes];
    for (int row = 0; row < labels.length; row++) {
      int label = labels[row];
      rowsOfClass[label][filled[label]++] = row;
    }
    return new Population(labels.clone(), counts, start, rowsOfClass);
  }

  /** Number of rows. */
  public int size() {
    return labels.length;
  }

  /** Number of shards. */
  public int shards() {
    return shardStart.length - 1;
  }

  /** Images of each class. */
  public ClassCounts counts() {
    return counts;
  }

  /** Class of {@code row}. */
  public int label(int row) {
    return labels[row];
  }

  /** The {@code index}-th row of class {@code label}, in ascending order, both from 0. */
  public int row(int label, int index) {
    return rowsOfClass[label][index];
  }

  /** The rows of class {@code label} in ascending order, a copy. */
  int[] rows(int label) {
    return rowsOfClass[label].clone();
  }

  /** The shard that holds {@code row}. */
  int shard(int row) {
    int at = Arrays.binarySearch(shardStart, row);
    int shard = at >= 0 ? at : -at - 2;
    // an empty shard starts where the next one does
    while (shardStart[shard + 1] == shardStart[shard]) {
      shard++;
    }
    return shard;
  }

  /** Number of rows of shard {@code shard}. */
  public int shardSize(int shard) {
    return shardStart[shard + 1] - shardStart[shard];
  }

  /** First row of shard {@code shard}; its others follow. */
  int firstRow(int shard) {
    return shardStart[shard];
  }

  /**
   * Whether {@code label} is a tail class: it has fewer images than there are shards, so that every
   * shard may draw any of them.
   */
  boolean tail(int label) {
    return rowsOfClass[label].length < shards();
  }

  /**
   * The rows that worker {@code worker} of {@code workers} draws from, in ascending order: those of
   * its shards and of the tail classes. See {@link Sampler#keepsToShards}.
   */
  public int[] drawableBy(int worker, int workers) {
    return IntStream.range(0, shards())
        .flatMap(
            shard ->
                IntStream.range(shardStart[shard], shardStart[shard + 1])
                    .filter(row -> shard % workers == worker || tail(labels[row])))
        .toArray();
  }

  /** The rows of class {@code label} that shard {@code shard} draws from; possibly none. */
  Range drawable(int label, int shard) {
    int[] rows = rowsOfClass[label];
    if (tail(label)) {
      return new Range(rows, 0, rows.length);
    }
    return new Range(
        rows, lowerBound(rows, shardStart[shard]), lowerBound(rows, shardStart[shard + 1]));
  }

  /** Index of the first element of ascending {@code rows} that is at least {@code bound}. */
  private static int lowerBound(int[] rows, int bound) {
    int at = Arrays.binarySearch(rows, bound);
    return at >= 0 ? at : -at - 1;
  }

  /** A part of an array, without a copy. */
  record Range(int[] rows, int from, int to) {
    int size() {
      return to - from;
    }

    int row(int index) {
      return rows[from + index];
    }
  }
}
