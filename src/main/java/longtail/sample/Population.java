package longtail.sample;

import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;

/**
 * The rows of a dataset by shard and by class: what samplers draw from.
 *
 * <p>Rows are numbered from 0 and ordered by shard. Generated images may follow as further rows:
 * samplers that draw a class first then draw one of its images or of those generated for it; the
 * length of an epoch and the counts of the classes stay those of the dataset.
 */
public final class Population {
  private final ShardedRows rows;
  private final ShardedRows generated;
  private final ClassCounts counts;

  private Population(ShardedRows rows, ShardedRows generated, ClassCounts counts) {
    this.rows = rows;
    this.generated = generated;
    this.counts = counts;
  }

  /**
   * Rows with {@code labels} (class of each row, from 0), the first {@code shardSizes[0]} of them
   * in shard 0 and so on.
   *
   * @throws IllegalArgumentException when the sizes do not sum to the number of labels
   */
  public static Population of(int[] labels, int classes, int... shardSizes) {
    return new Population(
        ShardedRows.of(0, labels, classes, shardSizes),
        ShardedRows.of(labels.length, new int[0], classes),
        ClassCounts.ofLabels(labels, classes));
  }

  /**
   * The same with generated images of {@code labels} as further rows, the first {@code
   * shardSizes[0]} of them in shard 0 and so on.
   *
   * @throws IllegalArgumentException when the sizes do not sum to the number of labels, or there
   *     are more of them than shards
   */
  public Population withGenerated(int[] labels, int... shardSizes) {
    if (shardSizes.length > shards()) {
      throw new IllegalArgumentException(
          "generated images must lie in at most %d shards, as those of the dataset do, were %d"
              .formatted(shards(), shardSizes.length));
    }
    return new Population(
        rows, ShardedRows.of(size(), labels, counts.classes(), shardSizes), counts);
  }

  /** Number of rows without the generated ones. */
  public int size() {
    return rows.size();
  }

  /** Number of shards. */
  public int shards() {
    return rows.shards();
  }

  /** Images of each class without the generated ones. */
  public ClassCounts counts() {
    return counts;
  }

  /** Class of {@code row}, which may be a generated one. */
  public int label(int row) {
    return holder(row).label(row);
  }

  /**
   * The {@code index}-th row of class {@code label}, in ascending order, both from 0; no generated
   * one.
   */
  public int row(int label, int index) {
    return rows.ofClass(label)[index];
  }

  /** The rows of class {@code label} in ascending order, generated ones last; a copy. */
  int[] rows(int label) {
    int[] own = rows.ofClass(label);
    int[] more = generated.ofClass(label);
    int[] all = Arrays.copyOf(own, own.length + more.length);
    System.arraycopy(more, 0, all, own.length, more.length);
    return all;
  }

  /** Number of rows of class {@code label}, generated ones included. */
  int images(int label) {
    return rows.ofClass(label).length + generated.ofClass(label).length;
  }

  /** The shard that holds {@code row}. */
  int shard(int row) {
    return holder(row).shard(row);
  }

  private ShardedRows holder(int row) {
    return row < rows.size() ? rows : generated;
  }

  /** Number of rows of shard {@code shard} without the generated ones. */
  public int shardSize(int shard) {
    return rows.start(shard + 1) - rows.start(shard);
  }

  /** First row of shard {@code shard}; its others follow. */
  int firstRow(int shard) {
    return rows.start(shard);
  }

  /**
   * Whether {@code label} is a tail class: it has fewer images than there are shards, so that every
   * shard may draw any of them.
   */
  boolean tail(int label) {
    return images(label) < shards();
  }

  /**
   * The rows that worker {@code worker} of {@code workers} draws from, in ascending order, without
   * generated ones: those of its shards and of the tail classes. See {@link Sampler#keepsToShards}.
   */
  public int[] drawableBy(int worker, int workers) {
    return IntStream.range(0, shards())
        .flatMap(
            shard ->
                IntStream.range(rows.start(shard), rows.start(shard + 1))
                    .filter(row -> shard % workers == worker || tail(rows.label(row))))
        .toArray();
  }

  /** Number of generated rows. */
  public int generated() {
    return generated.size();
  }

  /** The rows of class {@code label} that shard {@code shard} draws from; possibly none. */
  Range drawable(int label, int shard) {
    if (tail(label)) {
      return range(label, 0, shards());
    }
    return range(label, shard, shard + 1);
  }

  private Range range(int label, int from, int to) {
    return new Range(
        rows.ofClass(label),
        rows.firstOf(label, from),
        rows.firstOf(label, to),
        generated.ofClass(label),
        generated.firstOf(label, from),
        generated.firstOf(label, to));
  }

  /** Parts of two arrays, one behind the other, without a copy. */
  record Range(int[] rows, int from, int to, int[] further, int furtherFrom, int furtherTo) {
    int size() {
      return to - from + furtherTo - furtherFrom;
    }

    int row(int index) {
      int own = to - from;
      return index < own ? rows[from + index] : further[furtherFrom + index - own];
    }
  }
}
