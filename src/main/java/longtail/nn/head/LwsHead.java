package longtail.nn.head;

import java.util.List;
import longtail.config.Default;

/**
 * Learnable weight scaling (Kang et al., 2020): {@code z_c = s_c (<f, w_c> + b_c)}, where only the
 * scales learn, from 1. Weight and bias are those of a linear classifier trained before.
 *
 * @param bias whether the linear classifier has one
 */
public record LwsHead(@Default("given") Bias bias) implements Head {
  /** The bias of the scaled classifier. */
  public enum Bias {
    /** It has one, which is scaled too. */
    GIVEN,
    /** It has none. */
    NONE
  }

  @Override
  public List<HeadPart> parts(int width, int classes) {
    return List.of(HeadPart.classifier(new ScaledLinear(width, classes, bias)));
  }
}
