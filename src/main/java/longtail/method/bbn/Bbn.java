package longtail.method.bbn;

import java.util.List;
import longtail.config.Default;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Method;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.Bilateral;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.optim.Counting;
import longtail.optim.Moment;
import longtail.sample.BatchStream;
import longtail.sample.Sampler;

/**
 * BBN, cumulative learning with two branches (Zhou et al., "BBN: Bilateral-Branch Network with
 * Cumulative Learning for Long-Tailed Visual Recognition", 2020). The stage's batch goes through
 * the conventional branch of a {@code bilateral} backbone, to features {@code f_c}, the batch of a
 * re-balancing sampler through the other, to {@code f_r}; the image at each place of one batch
 * meets the image at the same place of the other: {@code z = W [2 a f_c, 2 (1 - a) f_r] + b}, and
 * the loss is {@code a L(z, y_c) + (1 - a) L(z, y_r)} with the stage's loss {@code L}. The
 * coefficient {@code a = 1 - (epoch / epochs)^2} falls from the conventional branch to the other.
 *
 * <p>Each batch is a batch of its own to the batch normalisations, and the statistics of a branch
 * are those of its own images alone. Where a worker's parts of the two batches differ in size, the
 * other sampler's is cut, or comes again. Evaluation takes {@code a = 1/2}: both branches see the
 * same image, and their features count as they are.
 *
 * @param rebalancing draws the images of the other branch
 * @param counting whether epochs are counted from 0, as published, or from 1
 */
public record Bbn(@Default("reverse") Sampler rebalancing, @Default("from-zero") Counting counting)
    implements Method {
  @Override
  public Learner learner(LearningProblem problem) {
    return new BbnLearner(this, problem);
  }

  @Override
  public List<BatchStream> streams() {
    return List.of(BatchStream.training(rebalancing));
  }

  @Override
  public void requireHead(Head head) {
    if (!(head instanceof LinearHead)) {
      throw new IllegalArgumentException(
          "the method bbn needs a linear classifier of both branches; set model.head: linear");
    }
  }

  @Override
  public void requireBackbone(Backbone backbone) {
    if (!(backbone instanceof Bilateral)) {
      throw new IllegalArgumentException(
          "the method bbn needs two branches; set model.backbone: {type: bilateral, trunk: ...}");
    }
  }

  /** The coefficient of the conventional branch in epoch {@code epoch}, from 0; in [0, 1]. */
  double coefficient(int epoch, int epochs) {
    double progress = counting.number(Moment.ofEpoch(epoch, epochs)) / epochs;
    return 1 - progress * progress;
  }
}
