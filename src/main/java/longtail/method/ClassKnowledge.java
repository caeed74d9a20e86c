package longtail.method;

import java.nio.ByteBuffer;
import java.util.List;
import longtail.Collective;
import longtail.statistics.ClassRows;
import longtail.statistics.ClassStatistics;
import longtail.statistics.CovarianceChanges;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What {@link Metasaug} knows of the classes' features: their statistics, and what it learned
 * beside them. What a round added is kept apart, for that alone travels to the driver, and so is
 * what it replaced, for what all workers added takes its place.
 */
final class ClassKnowledge {
  private final ClassStatistics statistics;
  private final CovarianceChanges changes;
  private final ClassStatistics newStatistics;
  private final CovarianceChanges newChanges;
  private final ClassStatistics oldStatistics;
  private final CovarianceChanges oldChanges;

  private ClassKnowledge(ClassStatistics statistics, CovarianceChanges changes) {
    this.statistics = statistics;
    this.changes = changes;
    newStatistics = statistics.emptied();
    newChanges = CovarianceChanges.none();
    oldStatistics = statistics.emptied();
    oldChanges = CovarianceChanges.none();
  }

  /** Knows {@code statistics}, which it takes over, and has learned nothing. */
  static ClassKnowledge beginning(ClassStatistics statistics) {
    return new ClassKnowledge(statistics, CovarianceChanges.none());
  }

  /** The covariances to use for {@code classes}, which are ascending. */
  ClassRows covariances(int[] classes, DataType type) {
    return changes.applied(statistics.covariances(classes, type));
  }

  ClassStatistics statistics() {
    return statistics;
  }

  /**
   * Pools the features of a step. What the other workers saw of it is not news: they bring it back
   * themselves.
   *
   * @param features of this worker's images, {@code [batch, width]}
   * @param present classes of all workers' images, ascending
   */
  void add(INDArray features, int[] labels, int[] present, Collective workers) {
    ClassStatistics batch = statistics.ofBatch(features, labels);
    ClassStatistics all = workers.workers() == 1 ? batch : batch.over(workers, present);
    oldStatistics.note(statistics, all);
    statistics.merge(all);
    newStatistics.merge(batch);
  }

  /** Keeps a change of covariances. */
  void keep(ClassRows change, double factor) {
    oldChanges.note(changes, change.classes());
    changes.add(change, factor);
    newChanges.add(change, factor);
  }

  /** All of it. */
  byte[] toBytes() {
    return bytes(statistics, changes);
  }

  /** What was added since the beginning or since it was read. */
  byte[] news() {
    return bytes(newStatistics, newChanges);
  }

  /**
   * What was known before anything was added, and then changed by {@code updates} of {@link
   * #changes}; this object is no longer used.
   */
  ClassKnowledge updated(List<byte[]> updates) {
    statistics.replace(oldStatistics);
    changes.replace(oldChanges);
    for (byte[] update : updates) {
      ByteBuffer in = ByteBuffer.wrap(update);
      statistics.replace(ClassStatistics.fromBytes(part(in)));
      changes.replace(CovarianceChanges.fromBytes(part(in)));
    }
    return new ClassKnowledge(statistics, changes);
  }

  /** What leads from {@code before}, which may be empty, to {@code after}; both are whole. */
  static byte[] changes(byte[] before, byte[] after) {
    if (before.length == 0) {
      return after;
    }
    ByteBuffer old = ByteBuffer.wrap(before);
    ByteBuffer now = ByteBuffer.wrap(after);
    return bytes(
        ClassStatistics.changes(part(old), part(now)),
        CovarianceChanges.changes(part(old), part(now)));
  }

  static ClassKnowledge fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new ClassKnowledge(
        ClassStatistics.fromBytes(part(in)), CovarianceChanges.fromBytes(part(in)));
  }

  /**
   * What all workers know together: statistics pool exactly; what was learned is the mean of what
   * the workers learned, weighted by examples.
   */
  static byte[] merge(byte[] before, List<Contribution> contributions) {
    long examples = contributions.stream().mapToLong(Contribution::examples).sum();
    ClassKnowledge merged =
        before.length > 0
            ? fromBytes(before)
            : beginning(fromBytes(contributions.get(0).bytes()).statistics.emptied());
    for (Contribution contribution : contributions) {
      if (contribution.examples() > 0) {
        ClassKnowledge news = fromBytes(contribution.bytes());
        merged.statistics.merge(news.statistics);
        merged.changes.add(news.changes, (double) contribution.examples() / examples);
      }
    }
    return merged.toBytes();
  }

  private static byte[] bytes(ClassStatistics statistics, CovarianceChanges changes) {
    return bytes(statistics.toBytes(), changes.toBytes());
  }

  private static byte[] bytes(byte[] first, byte[] second) {
    return ByteBuffer.allocate(2 * Integer.BYTES + first.length + second.length)
        .putInt(first.length)
        .put(first)
        .putInt(second.length)
        .put(second)
        .array();
  }

  private static byte[] part(ByteBuffer in) {
    byte[] part = new byte[in.getInt()];
    in.get(part);
    return part;
  }
}
