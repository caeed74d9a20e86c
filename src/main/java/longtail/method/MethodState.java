package longtail.method;

import java.util.List;

/**
 * What a method remembers between the steps of a stage, beside the parameters and the state of
 * their optimiser. It changes with every step of its worker and is one for all after every
 * averaging.
 */
public interface MethodState {
  /** All of it, to go on from later. */
  byte[] toBytes();

  /**
   * What workers need of it for the next {@link #merge}; by default all. It may be less, for all
   * know the state at the round's beginning.
   */
  default byte[] contribution() {
    return toBytes();
  }

  /**
   * Becomes what it was at the round's beginning, which is the last merge or where it was read,
   * with what all workers brought in the round.
   *
   * @param contributions of all workers, this one included, in their order
   */
  void merge(List<Contribution> contributions);
}
