package longtail.mix;

import java.util.Optional;
import longtail.loss.LossBatch;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.nn.Activations;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Any loss with mixed labels: {@code sum_i s_i l(z_i, first_i) + (1 - s_i) l(z_i, second_i)}, where
 * each sum is reduced as the loss does it for its own labels. With one share {@code s} for all this
 * is {@code s L(z, first) + (1 - s) L(z, second)} (Zhang et al., "mixup: Beyond Empirical Risk
 * Minimization", 2018), for weighted means too.
 */
public final class MixedLoss {
  private final LossFunction loss;
  private INDArray gradLogits = Nd4j.empty();
  private INDArray gradFeatures = Nd4j.empty();

  /** Takes over {@code loss}. */
  public MixedLoss(LossFunction loss) {
    this.loss = loss;
  }

  /** As {@link LossFunction#epoch}. */
  public void epoch(int epoch) {
    loss.epoch(epoch);
  }

  /**
   * The loss of a batch and its gradient, which is valid until the next call.
   *
   * @param activations features and logits of the mixed samples
   * @param iteration steps of the stage before this one, on the global count
   */
  public LossValue evaluate(Activations activations, MixedLabels labels, long iteration) {
    if (labels.pure()) {
      return side(activations, labels.first(), iteration, new double[0]);
    }
    double[] shares = labels.shares();
    double[] rest = new double[shares.length];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = 1 - shares[i];
    }
    LossValue one = side(activations, labels.first(), iteration, shares);
    double value = one.value();
    gradLogits = kept(gradLogits, one.gradLogits());
    boolean features = one.gradFeatures().isPresent();
    if (features) {
      gradFeatures = kept(gradFeatures, one.gradFeatures().get());
    }
    LossValue other = side(activations, labels.second(), iteration, rest);
    LossValue sum = new LossValue(value + other.value(), gradLogits.addi(other.gradLogits()));
    return features
        ? sum.withGradFeatures(gradFeatures.addi(other.gradFeatures().orElseThrow()))
        : sum;
  }

  private LossValue side(Activations activations, Labels labels, long iteration, double[] shares) {
    return loss.evaluate(
        new LossBatch(
            Optional.of(activations.features()),
            activations.logits(),
            labels.classes(),
            labels.rows(),
            iteration,
            shares));
  }

  /** {@code value} in an array of our own: the loss writes its next gradient over it. */
  private static INDArray kept(INDArray array, INDArray value) {
    boolean fits = array.dataType() == value.dataType() && array.equalShapes(value);
    INDArray own = fits ? array : Nd4j.createUninitializedDetached(value.dataType(), value.shape());
    return own.assign(value);
  }
}
