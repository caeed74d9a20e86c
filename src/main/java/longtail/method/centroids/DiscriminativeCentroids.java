package longtail.method.centroids;

import longtail.config.Default;
import longtail.config.Ranges;
import longtail.loss.DiscCentroids;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Method;
import longtail.optim.Optimizer;

/**
 * Supervised learning whose features are drawn to a learned centroid of their class and pushed from
 * the others (Liu et al., "Large-Scale Long-Tailed Recognition in an Open World", 2019), with any
 * loss of the logits.
 *
 * <p>The centroids start standard normal, or as the head's, and have an optimiser of their own.
 * Each worker moves its own within a round; between two rounds they and the optimiser's state are
 * averaged, weighted by examples.
 *
 * <p>The head {@code meta-embedding} with {@code memory: fixed} remembers these very centroids, as
 * in OLTR: its memory is then what this method begins with and moves.
 *
 * @param loss of features and centroids
 * @param weight of that loss beside the stage's own, not negative
 * @param optimizer of the centroids; its rate follows no schedule
 */
public record DiscriminativeCentroids(
    @Default("{}") DiscCentroids loss,
    @Default("0.01") double weight,
    @Default("sgd") Optimizer optimizer)
    implements Method {
  /** Checks the weight. */
  public DiscriminativeCentroids {
    Ranges.notNegative("weight", weight);
  }

  @Override
  public Learner learner(LearningProblem problem) {
    return new DiscriminativeCentroidsLearner(this, problem);
  }
}
