package longtail.method.metasaug;

import java.nio.ByteBuffer;
import java.util.List;
import longtail.Collective;
import longtail.method.Contribution;
import longtail.method.MethodState;
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
final class MetasaugState implements MethodState {
  private final Known all;
  private Known added;
  private Known replaced;

  /** Some classes, all that is known of them. */
  private record Known(ClassStatistics statistics, CovarianceChanges changes) {
    static Known nothing(ClassStatistics shape) {
      return new Known(shape.emptied(), CovarianceChanges.none());
    }

    /** What {@link #bytes} wrote: the two messages, before each its length. */
    static Known read(byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      in.getInt();
      ClassStatistics statistics = ClassStatistics.from(in);
      in.getInt();
      return new Known(statistics, CovarianceChanges.from(in));
    }

    /** Adds what {@link #bytes} wrote; of what was learned, {@code share}. */
    void add(byte[] bytes, double share) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      in.getInt();
      statistics.merge(in);
      in.getInt();
      changes.add(in, share);
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

  private MetasaugState(Known all) {
    this.all = all;
    begin();
  }

  /** Knows {@code statistics}, which it takes over, and has learned nothing. */
  static MetasaugState beginning(ClassStatistics statistics) {
    return new MetasaugState(new Known(statistics, CovarianceChanges.none()));
  }

  /** Reads what {@link #toBytes} wrote. */
  static MetasaugState fromBytes(byte[] bytes) {
    return new MetasaugState(Known.read(bytes));
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
        all.add(contribution.bytes(), (double) contribution.examples() / examples);
      }
    }
    begin();
  }
}
