package longtail.method;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.nn.Backbone;
import longtail.nn.Head;
import longtail.sample.BatchStream;
import org.nd4j.linalg.api.buffer.DataType;

/** How a network learns from a batch: the family of learning methods. */
public sealed interface Method
    permits Method.Supervised,
        BalancedMetaSoftmax,
        Bbn,
        ClassPriorities,
        DiscriminativeCentroids,
        Distill,
        Glmc,
        ImagePriorities,
        Metasaug {
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
   * The method's state after a round.
   *
   * @param before its state at the round's beginning, as all workers had it; empty at the beginning
   *     of a stage
   * @param contributions what the workers brought back, in the order of the workers
   */
  default byte[] merge(byte[] before, List<Contribution> contributions) {
    return before;
  }

  /**
   * What of the method's state, or of {@link #changes} of it, is for worker {@code worker} of
   * {@code workers}; by default all of it.
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

  /**
   * What leads learners that have the state {@code before} to {@code after}, for {@link
   * Learner#update}; by default empty: they are given the whole state.
   *
   * @param before state of the method at a round's beginning; empty at the beginning of a stage
   * @param after state of the method after the round, as {@link #merge} returned it
   */
  default Optional<byte[]> changes(byte[] before, byte[] after) {
    return Optional.empty();
  }

  /**
   * What logs say about the method's state after a round, by name; nothing by default.
   *
   * @param state of the method, as {@link #merge} returned it
   * @param counts training images of each class
   */
  default Map<String, Double> figures(byte[] state, ClassCounts counts, Shots shots) {
    return Map.of();
  }

  /** One forward and one backward pass per batch, and one update of the optimiser. */
  record Supervised() implements Method {
    @Override
    public boolean mixes() {
      return true;
    }

    @Override
    public Learner learner(LearningProblem problem) {
      return new SupervisedLearner(problem);
    }
  }
}
