package longtail.train;

import java.util.stream.IntStream;
import longtail.Collective;
import longtail.dataset.ClassCounts;
import longtail.method.Learner;
import longtail.method.Networks;
import longtail.nn.Network;
import longtail.sample.Population;
import longtail.train.experiment.Experiment;

/** The learner that a worker uses for a stage, on a network that tests made. */
public final class StageLearning {
  private StageLearning() {}

  /** The learner of stage {@code stage} of {@code experiment}, with the network frozen for it. */
  public static Learner of(Experiment experiment, int stage, Network network, ClassCounts counts) {
    int[] labels =
        IntStream.range(0, counts.classes())
            .flatMap(label -> IntStream.generate(() -> label).limit(counts.count(label)))
            .toArray();
    Population population = Population.of(labels, counts.classes(), labels.length);
    return new NetworkLearners(experiment, network, population, Collective.ALONE, Networks.NONE)
        .learner(stage);
  }
}
