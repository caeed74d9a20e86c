package longtail.nn.head;

import java.util.List;
import longtail.config.Default;

/**
 * A linear classifier whose rows are divided by a power of their norm, {@code z_c = <f, w_c> /
 * |w_c|^tau + b_c} (Kang et al., 2020). It takes the weights of a {@link LinearHead}: with these it
 * classifies as the linear one does after tau-normalisation, and it can be trained further.
 *
 * @param tau the power, not negative; 0 is the linear classifier, 1 makes all rows equally long
 */
public record TauNormalizedHead(@Default("1.0") double tau) implements Head {
  /** Checks {@code tau}. */
  public TauNormalizedHead {
    if (!(tau >= 0 && tau < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("tau must be finite and not negative, was " + tau);
    }
  }

  @Override
  public List<HeadPart> parts(int width, int classes) {
    return List.of(HeadPart.classifier(NormalizedLinear.tauNormalized(width, classes, tau)));
  }
}
