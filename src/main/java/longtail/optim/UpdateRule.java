package longtail.optim;

import java.util.List;
import java.util.Optional;
import longtail.config.Ranges;
import longtail.nn.kernel.KernelMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What happens to the parameters once their gradients are known. The order is that of PyTorch
 * programs: clip the gradients, step the optimiser, apply the constraint, move the average.
 *
 * @param optimizer update rule of the optimiser
 * @param clipNorm limit of the gradients' norm, see {@link GradientClip}
 * @param groups factors of rate and weight decay for the parts of the network
 * @param constraint of the classifier's weight
 * @param average moving average of the parameters, which is what is evaluated and kept
 */
public record UpdateRule(
    Optimizer optimizer,
    Optional<Double> clipNorm,
    ParameterGroups groups,
    Optional<Constraint> constraint,
    Optional<MovingAverage> average) {

  /** The optimiser alone. */
  public static UpdateRule of(Optimizer optimizer) {
    return new UpdateRule(
        optimizer, Optional.empty(), ParameterGroups.uniform(), Optional.empty(), Optional.empty());
  }

  /** Checks the limit of the norm. */
  public UpdateRule {
    clipNorm.ifPresent(limit -> Ranges.positive("clip-norm", limit));
  }

  /** Where the average begins in the state of a learner of {@code parameters} parameters. */
  public long averageOffset(long parameters) {
    return optimizer.stateLength(parameters);
  }

  /** Clips the parts {@code spans} of {@code gradients}, of {@code memory}, in place. */
  public void clip(KernelMemory memory, INDArray gradients, List<Span> spans) {
    clipNorm.ifPresent(limit -> new GradientClip(limit).apply(memory, gradients, spans));
  }
}
