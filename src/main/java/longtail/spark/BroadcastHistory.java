package longtail.spark;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import longtail.train.MethodHistory;
import org.apache.spark.broadcast.Broadcast;

/**
 * States of a method as broadcasts; an executor fetches those that its workers read.
 *
 * @param version number of the present state
 * @param snapshotVersion number of the whole state, at most the present one
 * @param snapshot the whole state
 * @param changes the last of them leads to the present state, the one before it to the state before
 */
record BroadcastHistory(
    long version, long snapshotVersion, Broadcast<byte[]> snapshot, List<Broadcast<byte[]>> changes)
    implements MethodHistory, Serializable {
  private static final long serialVersionUID = 1L;

  @Override
  public Optional<List<byte[]>> since(long held) {
    long steps = version - held;
    if (steps < 0 || steps > changes.size()) {
      return Optional.empty();
    }
    return Optional.of(
        changes.subList(changes.size() - (int) steps, changes.size()).stream()
            .map(Broadcast::value)
            .toList());
  }

  @Override
  public byte[] whole() {
    return snapshot.value();
  }

  @Override
  public List<byte[]> sinceWhole() {
    return since(snapshotVersion).orElseThrow();
  }
}
