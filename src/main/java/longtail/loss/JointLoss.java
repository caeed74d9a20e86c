package longtail.loss;

import java.util.Optional;
import java.util.OptionalDouble;
import longtail.Collective;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The part of one worker in the loss of all images of a step that several take together: parts and
 * their gradients add up to the whole.
 */
public sealed class JointLoss implements LossFunction {
  private final LossFunction own;
  private final Collective workers;
  // of the images of the last evaluation; a sum that is not divided is whole
  private double share = 1;

  private JointLoss(LossFunction own, Collective workers) {
    this.own = own;
    this.workers = workers;
  }

  /** The part of a worker whose own images have the loss {@code own}; itself for a lone worker. */
  public static LossFunction of(LossFunction own, Collective workers) {
    if (workers.workers() == 1) {
      return own;
    }
    return own instanceof TwiceDifferentiable smooth
        ? new Smooth(smooth, workers)
        : new JointLoss(own, workers);
  }

  @Override
  public LossValue evaluate(LossBatch batch) {
    LossValue value = own.evaluate(batch);
    if (value.divisor().isEmpty()) {
      return value;
    }
    double divisor = value.divisor().getAsDouble();
    double all = workers.sum(divisor);
    share = all == 0 ? 0 : divisor / all;
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

  /** The part in a loss with second derivatives, which add up like the first. */
  private static final class Smooth extends JointLoss implements TwiceDifferentiable {
    private final TwiceDifferentiable smooth;

    Smooth(TwiceDifferentiable own, Collective workers) {
      super(own, workers);
      smooth = own;
    }

    /** Of the batch that was evaluated last. */
    @Override
    public INDArray gradientTangent(LossBatch batch, INDArray direction) {
      return smooth.gradientTangent(batch, direction).muli(super.share);
    }
  }
}
