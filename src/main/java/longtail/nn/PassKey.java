package longtail.nn;

import java.util.Optional;
import longtail.nn.graph.MixingPlace;
import longtail.nn.kernel.MapShape;
import longtail.nn.layer.Branch;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Operator;

/**
 * What a pass depends on.
 *
 * @param images extents of the batch of images
 * @param mode what the caller asked for
 * @param frozen how the backbone is frozen, if it is
 * @param mixed where the samples are mixed, if they are
 * @param branch which branch of the backbone is computed alone, if one is
 * @param retention how long the activations stay
 */
record PassKey(
    MapShape images,
    Mode mode,
    Optional<FrozenNorm> frozen,
    Optional<MixingPlace> mixed,
    Optional<Branch> branch,
    Retention retention) {
  /** How long activations stay. */
  enum Retention {
    /** A backward pass takes their memory as it goes: the least memory. */
    UNTIL_BACKWARD,
    /** Until the next forward pass. */
    UNTIL_FORWARD
  }

  /** The mode in which an operator of the backbone or the head computes. */
  Mode modeOf(Operator operator) {
    boolean running =
        mode != Mode.EVAL
            && !operator.head()
            && frozen.filter(norm -> norm == FrozenNorm.RUNNING).isPresent();
    return running ? Mode.EVAL : mode;
  }

  /** Whether a backward pass changes the operator's parameters. */
  boolean learns(Operator operator) {
    return mode != Mode.EVAL && operator.learns() && (frozen.isEmpty() || operator.head());
  }
}
