package longtail.method.glmc;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.loss.Loss;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Method;
import longtail.mix.Cutmix;
import longtail.nn.head.GlmcHead;
import longtail.nn.head.Head;
import longtail.optim.Counting;
import longtail.optim.Moment;
import longtail.sample.BatchStream;
import longtail.sample.Sampler;

/**
 * GLMC: two differently mixed views of each image should look alike to the network, while the loss
 * moves from a plain classifier to a re-balanced one, which remains (Du et al., "Global and Local
 * Mixture Consistency Cumulative Learning for Long-tailed Visual Recognitions", 2023). It needs the
 * head {@code glmc}; the stage's loss is that of the plain classifier.
 *
 * <p>The first view is blended (mixup), the second is cut (CutMix), both with the image at the same
 * place of a batch from another sampler and with one share {@code lambda ~ Beta(beta, beta)} for
 * the batch. Each view is a batch of its own to the batch normalisations; both are differentiated.
 * See {@link GlmcLoss} for the loss. The defaults are what the published code does.
 *
 * @param partners draws the images that are mixed in; the published exponents are 0 and 0.2
 * @param rebalance loss of the classifier that remains. {@code balanced-softmax} makes it GLMC with
 *     balanced softmax
 * @param similarity weight of the similarity of the views, not negative
 * @param beta of the share, finite and positive. The published code draws uniformly, whatever its
 *     option of that name says
 * @param cutLabels the labels' shares of the cut view: the blended view's, as published, or the
 *     areas of both images
 * @param counting whether the cumulative coefficient {@code 1 - (epoch / epochs)^2} counts epochs
 *     from 0, as published, so that the classifier that remains learns nothing in the first, or
 *     from 1, so that the other learns nothing in the last
 */
public record Glmc(
    @Default("power-weighted") Sampler partners,
    @Default("{type: weighted-cross-entropy, weights: inverse-power, divisor: samples}")
        Loss rebalance,
    @Default("10.0") double similarity,
    @Default("1.0") double beta,
    @Default("lambda") Cutmix.Shares cutLabels,
    @Default("from-zero") Counting counting)
    implements Method {
  static final String NEEDED_HEAD =
      "the method glmc needs two classifiers, a projector and a predictor; set model.head: glmc";

  /** Checks the ranges. */
  public Glmc {
    Ranges.notNegative("similarity", similarity);
    if (!(beta > 0) || Double.isInfinite(beta)) {
      throw new IllegalArgumentException("beta must be finite and positive, was " + beta);
    }
  }

  @Override
  public Learner learner(LearningProblem problem) {
    return new GlmcLearner(this, problem);
  }

  @Override
  public List<BatchStream> streams() {
    return List.of(BatchStream.training(partners));
  }

  @Override
  public int views() {
    return 2;
  }

  @Override
  public void requireHead(Head head) {
    if (!(head instanceof GlmcHead)) {
      throw new IllegalArgumentException(NEEDED_HEAD);
    }
  }

  /** How much of the training counts as done in epoch {@code epoch}, from 0; in [0, 1]. */
  double progress(int epoch, int epochs) {
    return counting.number(Moment.ofEpoch(epoch, epochs)) / epochs;
  }
}
