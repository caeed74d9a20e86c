package longtail.method.glmc;

import java.util.Map;
import java.util.Optional;
import longtail.Collective;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.loss.NegativeCosine;
import longtail.mix.MixedLabels;
import longtail.mix.MixedLoss;
import longtail.nn.Activations;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What one of GLMC's two views adds to the loss, {@code a balance(o, T) + (1 - a) rebalance(q, T) +
 * w D(p, z')}: plain classifier {@code o} and re-balanced classifier {@code q} with the mixed
 * labels {@code T}, and the negative cosine similarity of the view's own prediction {@code p} and
 * the other view's projection {@code z'}. The cumulative coefficient {@code a} falls from epoch to
 * epoch, from the plain to the re-balanced classifier (Du et al., "Global and Local Mixture
 * Consistency Cumulative Learning for Long-tailed Visual Recognitions", 2023).
 */
public final class GlmcLoss {
  private final MixedLoss balance;
  private final MixedLoss rebalance;
  private final NegativeCosine similarity = new NegativeCosine();
  private final double similarityWeight;
  private final Collective workers;
  private double coefficient = 1;

  /** The loss of a worker that takes its steps alone. */
  public GlmcLoss(LossFunction balance, LossFunction rebalance, double similarityWeight) {
    this(balance, rebalance, similarityWeight, Collective.ALONE);
  }

  /**
   * The loss in the first epoch; takes over both functions.
   *
   * @param balance loss of the plain classifier
   * @param rebalance loss of the re-balanced classifier
   * @param similarityWeight weight of the similarity, not negative
   * @param workers who takes each step together: values and gradients are this worker's parts, and
   *     so must be those of both functions
   */
  public GlmcLoss(
      LossFunction balance, LossFunction rebalance, double similarityWeight, Collective workers) {
    this.workers = workers;
    this.balance = new MixedLoss(balance);
    this.rebalance = new MixedLoss(rebalance);
    this.similarityWeight = similarityWeight;
  }

  /**
   * What the network says about one view.
   *
   * @param features {@code [batch, width]}
   * @param plain logits of the classifier that is not re-balanced, {@code [batch, classes]}
   * @param rebalanced logits of the classifier that remains, {@code [batch, classes]}
   * @param projection what the other view's prediction is compared with
   * @param prediction of the other view's projection, in its shape
   */
  public record View(
      INDArray features,
      INDArray plain,
      INDArray rebalanced,
      INDArray projection,
      INDArray prediction) {}

  /**
   * The loss of one view and its gradients, which are valid until the next one is evaluated. There
   * is none at the projections.
   *
   * @param loss the sum
   * @param balance of the plain classifier, before its coefficient
   * @param rebalance of the re-balanced classifier, before its coefficient
   * @param similarity negative, before its weight
   * @param gradFeatures where the classifiers' losses depend on the features themselves
   * @param gradPlain {@code [batch, classes]}
   * @param gradRebalanced {@code [batch, classes]}
   * @param gradPrediction in the shape of the prediction
   */
  public record Value(
      double loss,
      double balance,
      double rebalance,
      double similarity,
      Optional<INDArray> gradFeatures,
      INDArray gradPlain,
      INDArray gradRebalanced,
      INDArray gradPrediction) {}

  /**
   * Goes to an epoch.
   *
   * @param epoch from 0
   * @param progress part of the training that counts as done, in [0, 1]; the coefficient is {@code
   *     1 - progress^2}
   */
  public void epoch(int epoch, double progress) {
    balance.epoch(epoch);
    rebalance.epoch(epoch);
    coefficient = 1 - progress * progress;
  }

  /** The cumulative coefficient of the plain classifier, in [0, 1]. */
  public double coefficient() {
    return coefficient;
  }

  /**
   * The loss of a view.
   *
   * @param otherProjection projection of the other view; a constant
   * @param iteration steps of the stage before this one, on the global count
   */
  public Value evaluate(View view, INDArray otherProjection, MixedLabels labels, long iteration) {
    LossValue ofPlain = balance.evaluate(logits(view, view.plain), labels, iteration);
    LossValue ofRebalanced = rebalance.evaluate(logits(view, view.rebalanced), labels, iteration);
    NegativeCosine.Value cosine = similarity.evaluate(view.prediction, otherProjection);
    long images = view.prediction.size(0);
    double share = images / workers.sum((double) images);
    double rest = 1 - coefficient;
    return new Value(
        coefficient * ofPlain.value()
            + rest * ofRebalanced.value()
            + similarityWeight * share * cosine.value(),
        ofPlain.value(),
        ofRebalanced.value(),
        share * cosine.value(),
        sum(
            ofPlain.gradFeatures().map(gradient -> gradient.mul(coefficient)),
            ofRebalanced.gradFeatures().map(gradient -> gradient.mul(rest))),
        ofPlain.gradLogits().muli(coefficient),
        ofRebalanced.gradLogits().muli(rest),
        cosine.gradPredictions().muli(similarityWeight * share));
  }

  private static Activations logits(View view, INDArray logits) {
    return new Activations(view.features, logits, Map.of());
  }

  private static Optional<INDArray> sum(Optional<INDArray> a, Optional<INDArray> b) {
    return a.isPresent() && b.isPresent() ? Optional.of(a.get().addi(b.get())) : a.or(() -> b);
  }
}
