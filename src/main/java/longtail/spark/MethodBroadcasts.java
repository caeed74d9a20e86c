package longtail.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import longtail.method.Method;
import longtail.train.TrainingState;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The driver's side of {@link BroadcastHistory}: of each round's state it broadcasts what changed,
 * and now and then all of it, for workers that begin anew.
 *
 * <p>A whole state is broadcast when the changes since the last one add up to as much, so a round
 * costs at most twice what changed in it, and never more than the whole state.
 */
final class MethodBroadcasts implements AutoCloseable {
  private final JavaSparkContext spark;
  private final List<Broadcast<byte[]>> changes = new ArrayList<>();
  private Optional<Broadcast<byte[]>> snapshot = Optional.empty();
  private byte[] latest = {};
  private long version;
  private long snapshotVersion;
  private long changedBytes;
  private long sentBytes;

  MethodBroadcasts(JavaSparkContext spark) {
    this.spark = spark;
  }

  /** The history up to {@code state}, which {@code method} made of the one before. */
  BroadcastHistory next(TrainingState state, Method method) {
    byte[] before = latest;
    latest = state.cursor().atStageStart() ? new byte[0] : state.method();
    sentBytes = 0;
    if (snapshot.isEmpty() || !Arrays.equals(before, latest)) {
      advance(before, method);
    }
    return new BroadcastHistory(
        version, snapshotVersion, snapshot.orElseThrow(), List.copyOf(changes));
  }

  /** Bytes that the last call of {@link #next} broadcast, before compression. */
  long sentBytes() {
    return sentBytes;
  }

  private void advance(byte[] before, Method method) {
    version++;
    Optional<byte[]> change =
        snapshot.isEmpty() || latest.length == 0
            ? Optional.empty()
            : method.changes(before, latest).filter(news -> 2L * news.length <= latest.length);
    if (change.isEmpty()) {
      close();
    }
    change.ifPresent(
        news -> {
          changes.add(broadcast(news));
          changedBytes += news.length;
        });
    if (change.isEmpty() || changedBytes > latest.length) {
      replaceSnapshot();
    }
  }

  /** Of the changes only those of this round are kept, for the workers that were in the last. */
  private void replaceSnapshot() {
    snapshot.ifPresent(Broadcast::destroy);
    while (changes.size() > 1) {
      changes.remove(0).destroy();
    }
    snapshot = Optional.of(broadcast(latest));
    snapshotVersion = version;
    changedBytes = 0;
  }

  private Broadcast<byte[]> broadcast(byte[] bytes) {
    sentBytes += bytes.length;
    return spark.broadcast(bytes);
  }

  /** Frees the blocks of all broadcasts. */
  @Override
  public void close() {
    if (!spark.sc().isStopped()) {
      snapshot.ifPresent(Broadcast::destroy);
      changes.forEach(Broadcast::destroy);
    }
    snapshot = Optional.empty();
    changes.clear();
    changedBytes = 0;
  }
}
