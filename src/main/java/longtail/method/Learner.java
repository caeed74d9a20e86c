package longtail.method;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A method bound to a network, a loss and an optimiser: it turns batches into better parameters.
 *
 * <p>Everything that the next step depends on is in {@link #parameters}, {@link #optimizerState}
 * and {@link #state}, so that a learner can be set to any point of a run.
 */
public interface Learner extends AutoCloseable {
  /**
   * Tells which epoch of the stage, counted from 0, the next steps belong to; may be called before
   * every step.
   */
  default void epoch(int epoch) {}

  /** Told after the last step of every epoch, also where this worker had no images in it. */
  default void endEpoch() {}

  /**
   * Learns from the batches of one step.
   *
   * @param rate learning rate
   * @param iteration steps of the stage before this one, on the global count
   */
  StepResult step(StepBatches batches, double rate, long iteration);

  /** How the coming batches are to be drawn, where {@link Method#learnsDraws}. */
  default Optional<DrawRates> draws() {
    return Optional.empty();
  }

  /** The live flat parameters, running statistics included. */
  INDArray parameters();

  /** The live flat state of the optimiser; of length 0 for an optimiser without state. */
  INDArray optimizerState();

  /** What the method itself remembers between steps, live; by default nothing. */
  default Optional<MethodState> memory() {
    return Optional.empty();
  }

  /** All that the method remembers, a copy; empty if it has no {@link #memory}. */
  default byte[] state() {
    return memory().map(MethodState::toBytes).orElseGet(() -> new byte[0]);
  }

  /** What it brings to an averaging since the last one; empty if it has no {@link #memory}. */
  default byte[] contribution() {
    return memory().map(MethodState::contribution).orElseGet(() -> new byte[0]);
  }

  /**
   * Goes on from the state of the round's beginning and what all workers brought in it. To be
   * called once {@link #parameters} are those of all workers, for there may be a part of them that
   * follows the state.
   *
   * @param contributions what {@link #contribution} gave on each worker, this one included, in
   *     their order
   * @param worker which of them this one is
   */
  default void merge(List<Contribution> contributions, int worker) {
    memory().ifPresent(state -> state.merge(contributions));
  }

  /**
   * What logs say about the state, by name; nothing by default.
   *
   * @param counts training images of each class
   */
  default Map<String, Double> figures(ClassCounts counts, Shots shots) {
    return Map.of();
  }

  /** Goes back to a state that {@link #state} returned; empty for the beginning of a stage. */
  default void restore(byte[] state) {
    if (state.length > 0) {
      throw new IllegalArgumentException(
          "the method has no state, was given %d bytes".formatted(state.length));
    }
  }

  /** Frees what it made for itself, not what it was given; by default nothing. */
  @Override
  default void close() {}
}
