package longtail.train;

import java.util.List;
import java.util.Optional;

/**
 * How a worker comes by the state that the method has at a round's beginning: by what changed since
 * the one it has, or from a whole state.
 */
public interface MethodHistory {
  /** Number of the state; a later round's is larger. */
  long version();

  /**
   * What leads from state {@code held} to this one, see {@link longtail.method.Learner#update};
   * empty if that is not known.
   */
  Optional<List<byte[]>> since(long held);

  /** This state or one before it, whole; empty for the beginning of a stage. */
  byte[] whole();

  /** What leads from {@link #whole} to this state. */
  List<byte[]> sinceWhole();
}
