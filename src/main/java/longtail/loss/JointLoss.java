package longtail.loss;

import java.util.Optional;
import java.util.OptionalDouble;
import longtail.Collective;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The part of one worker in the loss of all images of a step that several take together: parts and
 * their gradients add up to the whole.
 */
public final class JointLoss implements LossFunction {
  private final LossFunction own;
  private final Collective workers;

  private JointLoss(LossFunction own, Collective workers) {
    this.own = own;
    this.workers = workers;
  }

  /** The part of a worker whose own images have the loss {@code own}; itself for a lone worker. */
  public static LossFunction of(LossFunction own, Collective workers) {
    return workers.workers() == 1 ? own : new JointLoss(own, workers);
  }

  @Override
  public LossValue evaluate(LossBatch batch) {
    LossValue value = own.evaluate(batch);
    if (value.divisor().isEmpty()) {
      return value;
    }
    double divisor = value.divisor().getAsDouble();
    double all = workers.sum(divisor);
    double share = all == 0 ? 0 : divisor / all;
    Optional<INDArray> gradFeatures = value.gradFeatures().map(gradient -> gradient.muli(share));
    return new LossValue(
        share * value.value(),
        value.gradLogits().muli(share),
        gradFeatures,
        OptionalDouble.empty(),
        value.samples());
  }

  @Override
  public void epoch(int epoch) {
    own.epoch(epoch);
  }
}
