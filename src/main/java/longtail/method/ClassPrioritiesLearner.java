package longtail.method;

import java.util.Arrays;
import java.util.Optional;
import longtail.loss.Certainty;
import longtail.sample.ClassPriority;
import longtail.sample.Hardness;
import longtail.sample.ImageHardness;
import longtail.sample.Population;
import longtail.sample.PriorityOptions;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of {@link ClassPriorities}: supervised ones, of which the logits are looked at. */
final class ClassPrioritiesLearner implements Learner, DrawRates {
  private final PriorityOptions options;
  private final Population population;
  private final int stageEpochs;
  private final SupervisedLearner supervised;
  private ClassPriority priority;
  private ImageHardness images;
  private int epochs;
  private double[] probabilities;
  private Findings findings;
  private long current;

  ClassPrioritiesLearner(ClassPriorities method, LearningProblem problem) {
    options = method.priority();
    population =
        problem
            .population()
            .orElseThrow(() -> new IllegalArgumentException("priorities need a training set"));
    stageEpochs = problem.epochs();
    supervised = new SupervisedLearner(problem, this::look);
    restore(new byte[0]);
  }

  private void look(Batch batch, INDArray logits) {
    double[][] rows = logits.toDoubleMatrix();
    int[] labels = batch.labels();
    double[] hardness = new double[labels.length];
    Arrays.setAll(hardness, i -> hardness(options.hardness(), Certainty.of(rows[i], labels[i])));
    findings.add(current, batch.rows(), hardness);
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
  public int known() {
    return Integer.MAX_VALUE;
  }

  @Override
  public double[] classProbabilities(int ahead) {
    return probabilities.clone();
  }

  @Override
  public void epoch(int epoch) {
    supervised.epoch(epoch);
  }

  @Override
  public void endEpoch() {
    supervised.endEpoch();
    epochs++;
    priority.epochFinished(epochs);
    findings = findings.after(epochs, manualSum());
  }

  private double manualSum() {
    return Arrays.stream(priority.fixed()).sum();
  }

  @Override
  public INDArray parameters() {
    return supervised.parameters();
  }

  @Override
  public INDArray optimizerState() {
    return supervised.optimizerState();
  }

  /** As of the last merge, which alone moves what is known of the images. */
  @Override
  public byte[] state() {
    return new PriorityState(epochs, manualSum(), images).bytes();
  }

  @Override
  public byte[] contribution() {
    return findings.bytes();
  }

  @Override
  public void restore(byte[] state) {
    priority = ClassPriority.of(options, population, stageEpochs);
    if (state.length == 0) {
      epochs = 0;
      images = ImageHardness.unseen(options, population.size());
    } else {
      PriorityState known = PriorityState.of(options, state);
      if (known.images().rows() != population.size()) {
        throw new IllegalArgumentException(
            "the state of the priorities must be of %d images, was of %d"
                .formatted(population.size(), known.images().rows()));
      }
      epochs = known.epochs();
      images = known.images();
      priority.resume(epochs, known.manualSum(), images);
    }
    double[] weights = priority.weights();
    double sum = Arrays.stream(weights).sum();
    probabilities = Arrays.stream(weights).map(weight -> weight / sum).toArray();
    findings = new Findings(population.size(), epochs, manualSum());
  }
}
