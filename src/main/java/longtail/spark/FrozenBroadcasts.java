package longtail.spark;

import java.io.Serializable;
import java.util.Optional;
import longtail.train.Changing;
import longtail.train.FlatVector;
import longtail.train.Frozen;
import longtail.train.MergedResult;
import longtail.train.TrainingState;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The driver's side of {@link Frozen}: it broadcasts what a stage cannot change once, not in every
 * round.
 */
final class FrozenBroadcasts implements AutoCloseable {
  private final JavaSparkContext spark;
  private Optional<Sent> latest = Optional.empty();
  private Optional<Vectors> from = Optional.empty();
  private Optional<Vectors> merged = Optional.empty();
  private long version;

  FrozenBroadcasts(JavaSparkContext spark) {
    this.spark = spark;
  }

  /** As a broadcast, which an executor fetches when a worker begins there. */
  private record Sent(long version, Changing changing, Broadcast<TrainingState> broadcast)
      implements Frozen, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public TrainingState rest() {
      return broadcast.value();
    }
  }

  /** Vectors that a round began with or ended with. */
  private record Vectors(FlatVector parameters, FlatVector optimizer) {
    static Vectors of(TrainingState state) {
      return new Vectors(state.parameters(), state.optimizer());
    }
  }

  /**
   * What a round from {@code state} leaves as it is; broadcast anew unless {@code state} is that of
   * the last round, or made of its result.
   */
  Optional<Frozen> next(TrainingState state, Optional<Changing> changing) {
    Optional<Vectors> now = Optional.of(Vectors.of(state));
    // the very vectors of the result are not compared number by number
    boolean known =
        latest.map(Sent::changing).equals(changing) && (now.equals(merged) || now.equals(from));
    if (!known) {
      close();
      version++;
      latest = changing.map(parts -> new Sent(version, parts, spark.broadcast(parts.rest(state))));
    }
    from = now;
    return latest.map(sent -> sent);
  }

  /** Tells that {@code result} is that of the round last asked for. */
  void merged(MergedResult result) {
    merged = Optional.of(new Vectors(result.parameters(), result.optimizer()));
  }

  /** Frees the blocks of the broadcast. */
  @Override
  public void close() {
    if (!spark.sc().isStopped()) {
      latest.ifPresent(sent -> sent.broadcast().destroy());
    }
    latest = Optional.empty();
  }
}
