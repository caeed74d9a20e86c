package longtail.sample;

import java.util.Arrays;
import longtail.dataset.ClassCounts;

/** Consecutive rows, ordered by shard, and their classes. */
final class ShardedRows {
  private final int first;
  private final int[] labels;
  // rows of shard s: shardStart[s] .. shardStart[s + 1] - 1
  private final int[] shardStart;
  // rows of each class in ascending order, hence by shard
  private final int[][] ofClass;

  private ShardedRows(int first, int[] labels, int[] shardStart, int[][] ofClass) {
    this.first = first;
    this.labels = labels;
    this.shardStart = shardStart;
    this.ofClass = ofClass;
  }

  /**
   * Rows from {@code first} on with {@code labels}, the first {@code shardSizes[0]} of them in
   * shard 0 and so on.
   *
   * @throws IllegalArgumentException when the sizes do not sum to the number of labels
   */
  static ShardedRows of(int first, int[] labels, int classes, int... shardSizes) {
    int[] start = new int[shardSizes.length + 1];
    start[0] = first;
    for (int s = 0; s < shardSizes.length; s++) {
      start[s + 1] = start[s] + shardSizes[s];
    }
    if (start[shardSizes.length] - first != labels.length) {
      throw new IllegalArgumentException(
          "the shards must hold all %d rows, they hold %d"
              .formatted(labels.length, start[shardSizes.length] - first));
    }
    ClassCounts counts = ClassCounts.ofLabels(labels, classes);
    int[][] ofClass = new int[classes][];
    for (int c = 0; c < classes; c++) {
      ofClass[c] = new int[counts.count(c)];
    }
    int[] filled = new int[classes];
    for (int i = 0; i < labels.length; i++) {
      ofClass[labels[i]][filled[labels[i]]++] = first + i;
    }
    return new ShardedRows(first, labels.clone(), start, ofClass);
  }

  int size() {
    return labels.length;
  }

  int shards() {
    return shardStart.length - 1;
  }

  int label(int row) {
    return labels[row - first];
  }

  /** First row of shard {@code shard}, or the end of the last for the number of shards. */
  int start(int shard) {
    return shardStart[shard];
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

  /** The rows of class {@code label} in ascending order; not to be changed. */
  int[] ofClass(int label) {
    return ofClass[label];
  }

  /** Index among {@link #ofClass} of the class's first row at or behind shard {@code shard}. */
  int firstOf(int label, int shard) {
    int at = Arrays.binarySearch(ofClass[label], shardStart[Math.min(shard, shards())]);
    return at >= 0 ? at : -at - 1;
  }
}
