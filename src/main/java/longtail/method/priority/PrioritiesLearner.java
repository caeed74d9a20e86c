package longtail.method.priority;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import longtail.loss.Certainty;
import longtail.method.Batch;
import longtail.method.Contribution;
import longtail.method.DrawRates;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.MethodState;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.supervised.SupervisedLearner;
import longtail.sample.Hardness;
import longtail.sample.Population;
import longtail.sample.PriorityOptions;
import longtail.sample.RowDraw;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The steps of {@link ClassPriorities} and {@link ImagePriorities}: supervised ones, of which the
 * logits are looked at.
 */
final class PrioritiesLearner implements Learner, DrawRates {
  private final PriorityOptions options;
  private final Population population;
  private final int stageEpochs;
  private final Restoring restoring;
  private final SupervisedLearner supervised;
  private PriorityState priority;
  private RoundHardness roundHardness;
  private long current;

  /** Makes priorities of a method's state. */
  @FunctionalInterface
  interface Restoring {
    /** The priorities in {@code state}; empty at the beginning of a stage. */
    PriorityState of(PriorityOptions options, Population population, int stageEpochs, byte[] state);
  }

  PrioritiesLearner(PriorityOptions options, Restoring restoring, LearningProblem problem) {
    this.options = options;
    this.restoring = restoring;
    population =
        problem
            .population()
            .orElseThrow(() -> new IllegalArgumentException("priorities need a training set"));
    stageEpochs = problem.epochs();
    supervised = new SupervisedLearner(problem, this::look);
    restore(new byte[0]);
  }

  /** Refuses options that make nothing adaptive. */
  static void requireAdaptive(PriorityOptions options) {
    if (options.hardness() == Hardness.NONE) {
      throw new IllegalArgumentException(
          "priority.hardness must not be none; for manual weights alone take the sampler class-priority");
    }
  }

  private void look(Batch batch, INDArray logits) {
    double[][] rows = logits.toDoubleMatrix();
    int[] labels = batch.labels();
    double[] hardness = new double[labels.length];
    Arrays.setAll(hardness, i -> hardness(options.hardness(), Certainty.of(rows[i], labels[i])));
    roundHardness.add(current, batch.rows(), hardness);
  }

  private static double hardness(Hardness kind, Certainty certainty) {
    return switch (kind) {
      case NONE -> 0;
      case SCORE -> 1 - certainty.probability();
      case ENTROPY -> certainty.entropy();
      case CROSS_ENTROPY -> certainty.crossEntropy();
    };
  }

  @Override
  public StepResult step(StepBatches batches, double rate, long iteration) {
    current = iteration;
    return supervised.step(batches, rate, iteration);
  }

  @Override
  public Optional<DrawRates> draws() {
    return Optional.of(this);
  }

  /** All steps of the round. */
  @Override
  public int known(int left) {
    return Integer.MAX_VALUE;
  }

  @Override
  public double[] classProbabilities(int ahead) {
    return priority.classProbabilities();
  }

  @Override
  public RowDraw draw(int ahead) {
    return priority.draw();
  }

  @Override
  public void epoch(int epoch) {
    supervised.epoch(epoch);
  }

  @Override
  public void endEpoch() {
    supervised.endEpoch();
    priority.endEpoch(priority.epochs() + 1);
    roundHardness = roundHardness.after(priority.epochs(), priority.manualSum());
  }

  @Override
  public INDArray parameters() {
    return supervised.parameters();
  }

  @Override
  public INDArray optimizerState() {
    return supervised.optimizerState();
  }

  @Override
  public void close() {
    supervised.close();
  }

  /** As of the last merge, which alone moves what is known of the images. */
  @Override
  public Optional<MethodState> memory() {
    return Optional.of(priority);
  }

  @Override
  public byte[] contribution() {
    return roundHardness.bytes();
  }

  @Override
  public void restore(byte[] state) {
    priority = restoring.of(options, population, stageEpochs, state);
    roundHardness = none();
  }

  @Override
  public void merge(List<Contribution> contributions, int worker) {
    priority.merge(contributions);
    roundHardness = none();
  }

  private RoundHardness none() {
    return new RoundHardness(priority.epochs(), priority.manualSum());
  }
}
