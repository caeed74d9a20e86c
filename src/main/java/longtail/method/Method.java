package longtail.method;

import java.util.List;
import longtail.nn.backbone.Backbone;
import longtail.nn.head.Head;
import longtail.sample.BatchStream;
import org.nd4j.linalg.api.buffer.DataType;

/** How a network learns from a batch: the family of learning methods. */
public interface Method {
  /** A learner for one stage of a run, at its beginning. */
  Learner learner(LearningProblem problem);

  /** The batches that a step needs beside the stage's own. */
  default List<BatchStream> streams() {
    return List.of();
  }

  /** How many independently augmented views of each training image a step needs, at least 1. */
  default int views() {
    return 1;
  }

  /** Whether the method learns from mixed samples. */
  default boolean mixes() {
    return false;
  }

  /**
   * Whether its learners say how the stage's batches are drawn, see {@link Learner#draws}; the
   * stage has no sampler then.
   */
  default boolean learnsDraws() {
    return false;
  }

  /**
   * Whether a step's images may go through the network in parts, see {@link LearningProblem#parts};
   * by default not.
   */
  default boolean accumulates() {
    return false;
  }

  /**
   * Checks that the method can train a network with {@code head}; by default every one.
   *
   * @throws IllegalArgumentException if it cannot
   */
  default void requireHead(Head head) {}

  /**
   * Checks that the method can train a network with {@code backbone}; by default every one.
   *
   * @throws IllegalArgumentException if it cannot
   */
  default void requireBackbone(Backbone backbone) {}

  /**
   * Checks that the method can train a network that keeps its feature maps in {@code maps}; by
   * default in any.
   *
   * @throws IllegalArgumentException if it cannot
   */
  default void requireMaps(DataType maps) {}

  /**
   * What of the run's state is for worker {@code worker} of {@code workers}; by default all of it.
   *
   * @throws longtail.LongTailException (CONFIG) if the state is one of another number of workers
   */
  default byte[] share(byte[] state, int worker, int workers) {
    return state;
  }

  /**
   * Whether the states of workers differ after an averaging too, so that each has to be kept; by
   * default all are the same.
   */
  default boolean ownStates() {
    return false;
  }

  /**
   * The run's state made of those of its workers, of which {@link #share} gives each its own.
   *
   * @param states of the workers after an averaging, in their order; all, or where they have no
   *     {@link #ownStates} at least one
   */
  default byte[] whole(List<byte[]> states) {
    return states.get(0);
  }
}
