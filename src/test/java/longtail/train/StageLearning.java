package longtail.train;

import longtail.Collective;
import longtail.dataset.ClassCounts;
import longtail.method.Learner;
import longtail.method.Networks;
import longtail.nn.Network;

/** The learner that a worker uses for a stage, on a network that tests made. */
public final class StageLearning {
  private StageLearning() {}

  /** The learner of stage {@code stage} of {@code experiment}, with the network frozen for it. */
  public static Learner of(Experiment experiment, int stage, Network network, ClassCounts counts) {
    return new NetworkLearners(experiment, network, counts, Collective.ALONE, Networks.NONE)
        .learner(stage);
  }
}
