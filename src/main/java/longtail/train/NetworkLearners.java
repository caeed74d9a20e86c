package longtail.train;

import java.util.List;
import java.util.Optional;
import longtail.Collective;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.JointLoss;
import longtail.loss.LossFunction;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Networks;
import longtail.mix.Mixer;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.sample.Population;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Stage;

/** Learners on a {@link Network}, which each stage freezes and re-initialises as it wants. */
final class NetworkLearners implements StageLearners {
  private static final long HEAD_STREAM = 0x48454144L;
  private static final long LOSS_STREAM = 0x4C4F5353L;
  private static final long METHOD_STREAM = 0x4D4554484F44L;
  private static final long MIX_STREAM = 0x4D4958L;

  private final Experiment experiment;
  private final Network network;
  private final Population population;
  private final Collective workers;
  private final Networks networks;
  private int stage = -1;
  private Learner learner;
  private Optional<Mixer> mixer = Optional.empty();

  /**
   * Takes over {@code network}.
   *
   * @param workers who takes each step together
   * @param networks opens what methods need beside it
   */
  NetworkLearners(
      Experiment experiment,
      Network network,
      Population population,
      Collective workers,
      Networks networks) {
    this.experiment = experiment;
    this.network = network;
    this.population = population;
    this.workers = workers;
    this.networks = networks;
  }

  @Override
  public Network network() {
    return network;
  }

  @Override
  public Learner learner(int wanted) {
    if (wanted != stage) {
      closeLearner();
      Stage plan = experiment.stages().get(wanted);
      ClassCounts counts = population.counts();
      plan.freeze().apply(network, plan.frozenNorm());
      mixer = plan.mix().map(mixture -> mixture.bind(counts, seed(MIX_STREAM, wanted)));
      LossFunction loss = plan.loss().bind(counts, seed(LOSS_STREAM, wanted));
      learner =
          plan.method()
              .learner(
                  new LearningProblem(
                      network,
                      plan.accumulate() > 1 ? loss : JointLoss.of(loss, workers),
                      plan.update(),
                      plan.freeze().trainable(network.layout()),
                      counts,
                      plan.epochs(),
                      seed(METHOD_STREAM, wanted),
                      mixer,
                      workers,
                      networks,
                      Optional.of(population),
                      plan.accumulate()));
      stage = wanted;
    }
    return learner;
  }

  private long seed(long stream, int ofStage) {
    return RandomStreams.of(experiment.seed(), stream, ofStage).nextLong();
  }

  @Override
  public void begin(int beginning) {
    switch (experiment.stages().get(beginning).reinitialize()) {
      // class means take all images: the driver has set them
      case NONE, CENTROIDS -> {}
      case HEAD -> network.reinitializeHead(seed(HEAD_STREAM, beginning));
    }
  }

  @Override
  public void draw(long seed) {
    network.drawDropout(seed);
  }

  @Override
  public List<ParameterBlock> layout() {
    return network.layout();
  }

  private void closeLearner() {
    if (learner != null) {
      learner.close();
      learner = null;
    }
    mixer.ifPresent(Mixer::close);
    mixer = Optional.empty();
  }

  @Override
  public void close() {
    closeLearner();
    network.close();
  }
}
