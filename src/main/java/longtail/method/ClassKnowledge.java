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
 * beside them. What a round added is kept apart, for that alone travels, and so is what it
 * replaced, for what all workers added takes its place.
 */
final class ClassKnowledge implements MethodState {
  private final Known all;
  private Known added;
  private Known replaced;

  /** Some classes, all that is known of them. */
  private record Known(ClassStatistics statistics, CovarianceChanges changes) {
    static Known nothing(ClassStatistics shape) {
      return new Known(shape.emptied(), CovarianceChanges.none());
    }

    static Known read(ByteBuffer bytes) {
      Parts parts = Parts.of(bytes);
      return new Known(
          ClassStatistics.from(parts.statistics), CovarianceChanges.from(parts.changes));
    }

    void replace(Known rows) {
      statistics.replace(rows.statistics);
      changes.replace(rows.changes);
    }

    byte[] bytes() {
      int first = statistics.length();
      int second = changes.length();
      ByteBuffer out = ByteBuffer.allocate(Math.addExact(2 * Integer.BYTES + first, second));
      statistics.write(out.putInt(first));
      changes.write(out.putInt(second));
      return out.array();
    }
  }

  private ClassKnowledge(Known all) {
    this.all = all;
    begin();
  }

  /** Knows {@code statistics}, which it takes over, and has learned nothing. */
  static ClassKnowledge beginning(ClassStatistics statistics) {
    return new ClassKnowledge(new Known(statistics, CovarianceChanges.none()));
  }

  /** Reads what {@link #toBytes} wrote. */
  static ClassKnowledge fromBytes(byte[] bytes) {
    return new ClassKnowledge(Known.read(ByteBuffer.wrap(bytes)));
  }

  /** From now on things are added in a new round. */
  private void begin() {
    added = Known.nothing(all.statistics);
    replaced = Known.nothing(all.statistics);
  }

  /** The covariances to use for {@code classes}, which are ascending. */
  ClassRows covariances(int[] classes, DataType type) {
    return all.changes.applied(all.statistics.covariances(classes, type));
  }

  ClassStatistics statistics() {
    return all.statistics;
  }

  /**
   * Pools the features of a step. What the other workers saw of it is not news: they bring it back
   * themselves.
   *
   * @param features of this worker's images, {@code [batch, width]}
   * @param present classes of all workers' images, ascending
   */
  void add(INDArray features, int[] labels, int[] present, Collective workers) {
    ClassStatistics batch = all.statistics.ofBatch(features, labels);
    ClassStatistics seen = workers.workers() == 1 ? batch : batch.over(workers, present);
    replaced.statistics.note(all.statistics, seen);
    all.statistics.merge(seen);
    added.statistics.merge(batch);
  }

  /** Keeps a change of covariances. */
  void keep(ClassRows change, double factor) {
    replaced.changes.note(all.changes, change.classes());
    all.changes.add(change, factor);
    added.changes.add(change, factor);
  }

  @Override
  public byte[] toBytes() {
    return all.bytes();
  }

  /** What was added in this round. */
  @Override
  public byte[] contribution() {
    return added.bytes();
  }

  /**
   * What all workers know together: statistics pool exactly; what was learned is the mean of what
   * the workers learned, weighted by examples. Only the classes that the round added to are
   * touched.
   */
  @Override
  public void merge(List<Contribution> contributions) {
    all.replace(replaced);
    long examples = contributions.stream().mapToLong(Contribution::examples).sum();
    for (Contribution contribution : contributions) {
      if (contribution.examples() > 0) {
        Parts news = Parts.of(ByteBuffer.wrap(contribution.bytes()));
        all.statistics.merge(news.statistics);
        all.changes.add(news.changes, (double) contribution.examples() / examples);
      }
    }
    begin();
  }

  /**
   * What was known before anything was added, and then changed by {@code updates} of {@link
   * #changes}.
   */
  void update(List<byte[]> updates) {
    all.replace(replaced);
    updates.forEach(update -> all.replace(Known.read(ByteBuffer.wrap(update))));
    begin();
  }

  /** What leads from {@code before} to {@code after}; both are whole. */
  static byte[] changes(ByteBuffer before, ByteBuffer after) {
    Parts old = Parts.of(before);
    Parts now = Parts.of(after);
    return bytes(
        ClassStatistics.MESSAGE.changes(old.statistics, now.statistics),
        CovarianceChanges.MESSAGE.changes(old.changes, now.changes));
  }

  /**
   * What all workers know together: statistics pool exactly; what was learned is the mean of what
   * the workers learned, weighted by examples. Of what was known before, only the classes that the
   * workers bring back are read and written anew.
   *
   * @param before empty if nothing was known
   */
  static byte[] merge(ByteBuffer before, List<Contribution> contributions) {
    ClassKnowledge merged =
        beginning(fromBytes(contributions.get(0).bytes()).statistics().emptied());
    if (before.hasRemaining()) {
      contributions.forEach(contribution -> merged.read(before, contribution.bytes()));
    }
    merged.merge(contributions);
    return before.hasRemaining() ? spliced(before, merged.toBytes()) : merged.toBytes();
  }

  /** Reads what {@code known} says of the classes of {@code news}. */
  private void read(ByteBuffer known, byte[] news) {
    Parts whole = Parts.of(known);
    Parts wanted = Parts.of(ByteBuffer.wrap(news));
    all.replace(
        new Known(
            ClassStatistics.fromBytes(
                ClassStatistics.MESSAGE.matching(whole.statistics, wanted.statistics)),
            CovarianceChanges.fromBytes(
                CovarianceChanges.MESSAGE.matching(whole.changes, wanted.changes))));
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

  private static byte[] bytes(byte[] first, byte[] second) {
    return ByteBuffer.allocate(2 * Integer.BYTES + first.length + second.length)
        .putInt(first.length)
        .put(first)
        .putInt(second.length)
        .put(second)
        .array();
  }
}
