package longtail.nn.head;

import java.util.List;
import longtail.config.Default;

/**
 * The head of GLMC (Du et al., "Global and Local Mixture Consistency Cumulative Learning", 2023):
 * on the features {@code f} a re-balanced classifier, whose logits are those of the network, a
 * plain classifier, a projection {@code z} and a prediction {@code p} from it, each one linear
 * layer with a bias.
 *
 * <p>A method reads {@code Activations.logits()} (layer {@code fc_cb}) and, from {@link
 * Activations#auxiliary()}, {@link #PLAIN}, {@link #PROJECTION} and {@link #PREDICTION}; it gives
 * the gradients back by the same names. The gradient at the projection is the one beside what comes
 * through the prediction, which the backward pass adds itself. Evaluation computes all layers.
 *
 * @param weights how the weights start; biases start uniform in {@code ±1/√width}
 * @param embedding width of projection and prediction; the published runs have 128 for ResNet-32
 *     and 256 for the others
 */
public record GlmcHead(@Default("kaiming") HeadWeights weights, @Default("128") int embedding)
    implements Head {
  /** The output of the plain classifier, {@code [batch, classes]}. */
  public static final String PLAIN = "fc";

  /** The output of the projector, {@code [batch, embedding]}. */
  public static final String PROJECTION = "projection_head.0";

  /** The output of the predictor, {@code [batch, embedding]}. */
  public static final String PREDICTION = "contrast_head.0";

  private static final String REBALANCED = "fc_cb";

  /** Checks {@code embedding}. */
  public GlmcHead {
    if (embedding < 1) {
      throw new IllegalArgumentException("embedding must be positive, was " + embedding);
    }
  }

  @Override
  public List<HeadPart> parts(int width, int classes) {
    return List.of(
        auxiliary(PLAIN, HeadPart.FEATURES, width, classes),
        new HeadPart(REBALANCED, HeadPart.FEATURES, new Linear(width, classes, weights)),
        auxiliary(PREDICTION, PROJECTION, embedding, embedding),
        auxiliary(PROJECTION, HeadPart.FEATURES, width, embedding));
  }

  private HeadPart auxiliary(String name, String input, int width, int outputs) {
    return new HeadPart(name, input, new Linear(width, outputs, weights, HeadLayer.Use.AUXILIARY));
  }
}
