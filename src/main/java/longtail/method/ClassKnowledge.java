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
      ClassKnowledge rows = fromBytes(update);
      statistics.replace(rows.statistics);
      changes.replace(rows.changes);
    }
    return new ClassKnowledge(statistics, changes);
  }

  /** What leads from {@code before} to {@code after}; both are whole. */
  static byte[] changes(ByteBuffer before, ByteBuffer after) {
    Parts old = Parts.of(before);
    Parts now = Parts.of(after);
    return bytes(
        ClassStatistics.MESSAGE.changes(old.statistics, now.statistics),
        CovarianceChanges.MESSAGE.changes(old.changes, now.changes));
  }

  static ClassKnowledge fromBytes(byte[] bytes) {
    Parts parts = Parts.of(ByteBuffer.wrap(bytes));
    return new ClassKnowledge(
        ClassStatistics.from(parts.statistics), CovarianceChanges.from(parts.changes));
  }

  /**
   * What all workers know together: statistics pool exactly; what was learned is the mean of what
   * the workers learned, weighted by examples. Of what was known before, only the classes that the
   * workers bring back are read and written anew.
   *
   * @param before empty if nothing was known
   */
  static byte[] merge(ByteBuffer before, List<Contribution> contributions) {
    ClassKnowledge merged = beginning(fromBytes(contributions.get(0).bytes()).statistics.emptied());
    if (before.hasRemaining()) {
      contributions.forEach(contribution -> merged.read(before, contribution.bytes()));
    }
    long examples = contributions.stream().mapToLong(Contribution::examples).sum();
    for (Contribution contribution : contributions) {
      if (contribution.examples() > 0) {
        ClassKnowledge news = fromBytes(contribution.bytes());
        merged.statistics.merge(news.statistics);
        merged.changes.add(news.changes, (double) contribution.examples() / examples);
      }
    }
    return before.hasRemaining() ? spliced(before, merged.toBytes()) : merged.toBytes();
  }

  /** Reads what {@code known} says of the classes of {@code news}. */
  private void read(ByteBuffer known, byte[] news) {
    Parts all = Parts.of(known);
    Parts wanted = Parts.of(ByteBuffer.wrap(news));
    statistics.replace(
        ClassStatistics.fromBytes(
            ClassStatistics.MESSAGE.matching(all.statistics, wanted.statistics)));
    changes.replace(
        CovarianceChanges.fromBytes(
            CovarianceChanges.MESSAGE.matching(all.changes, wanted.changes)));
  }

  private static byte[] spliced(ByteBuffer known, byte[] rows) {
    Parts all = Parts.of(known);
    Parts news = Parts.of(ByteBuffer.wrap(rows));
    int first = ClassStatistics.MESSAGE.splicedLength(all.statistics, news.statistics);
    int second = CovarianceChanges.MESSAGE.splicedLength(all.changes, news.changes);
    ByteBuffer out = ByteBuffer.allocate(2 * Integer.BYTES + first + second).putInt(first);
    ClassStatistics.MESSAGE.splice(all.statistics, news.statistics, out);
    CovarianceChanges.MESSAGE.splice(all.changes, news.changes, out.putInt(second));
    return out.array();
  }

  /** Where the two messages of the bytes lie. */
  private record Parts(ByteBuffer statistics, ByteBuffer changes) {
    static Parts of(ByteBuffer bytes) {
      int first = bytes.getInt(0);
      int second = bytes.getInt(Integer.BYTES + first);
      return new Parts(
          bytes.slice(Integer.BYTES, first), bytes.slice(2 * Integer.BYTES + first, second));
    }
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
}
