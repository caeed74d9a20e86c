package longtail.method.metasaug;

import java.util.List;
import java.util.Optional;
import longtail.dataset.ClassCounts;
import longtail.loss.LossFunction;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.optim.Optimizer;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import longtail.statistics.ClassRows;
import longtail.statistics.ClassStatistics;
import longtail.statistics.Covariance;
import longtail.statistics.CovarianceChanges;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Iterations of {@link Metasaug}, with a look at what happens inside of them. */
public final class MetaIteration {
  private final MetasaugLearner learner;
  private final Network network;
  private final double metaLr;
  private final double pseudoRate;
  private INDArray before;

  /** Iterations of everything that is trainable, with a constant ratio and constant rates. */
  public MetaIteration(
      Network network,
      LossFunction loss,
      ClassCounts counts,
      Optimizer optimizer,
      Covariance kind,
      double ratio,
      CovarianceLearning meta) {
    this.network = network;
    metaLr = meta.lr();
    pseudoRate = meta.pseudo().orElseThrow().lr();
    List<Span> trainable =
        Span.joined(
            network.layout().stream()
                .filter(ParameterBlock::trainable)
                .map(block -> new Span(block.offset(), block.length()))
                .toList());
    learner =
        new MetasaugLearner(
            new Metasaug(
                kind,
                ratio,
                new AugmentationRatio.Linear(0),
                0,
                false,
                Metasaug.Statistics.MERGED,
                meta),
            new LearningProblem(network, loss, UpdateRule.of(optimizer), trainable, counts, 1, 0));
    learner.epoch(1);
  }

  /** Learning with constant rates. */
  public static CovarianceLearning learning(
      double metaLr, double pseudoRate, CovarianceLearning.Gradient gradient) {
    return new CovarianceLearning(
        true,
        1,
        metaLr,
        Optional.of(new CovarianceLearning.PseudoRate(pseudoRate, new longtail.optim.Constant())),
        Optional.empty(),
        false,
        gradient);
  }

  /** Begins with {@code statistics}. */
  public void begin(ClassStatistics statistics) {
    byte[] first = statistics.toBytes();
    byte[] second = CovarianceChanges.none().toBytes();
    learner.restore(
        java.nio.ByteBuffer.allocate(8 + first.length + second.length)
            .putInt(first.length)
            .put(first)
            .putInt(second.length)
            .put(second)
            .array());
  }

  /** One iteration; returns the loss of the real step. */
  public double step(Batch main, Batch meta, double rate, long iteration) {
    before = network.parameters().dup();
    return learner.step(new StepBatches(main, List.of(meta)), rate, iteration).loss();
  }

  /** Loss before the pseudo step. */
  public double pseudoLoss() {
    return found().pseudoLoss();
  }

  /** Gradient of the pseudo step, as its step tells. */
  public INDArray pseudoGradient() {
    return before.sub(pseudoParameters()).divi(pseudoRate);
  }

  /** Parameters after the pseudo step; their running statistics are the meta batch's. */
  public INDArray pseudoParameters() {
    return learner.pseudo().parameters();
  }

  /** Loss of the meta batch. */
  public double metaLoss() {
    return found().metaLoss();
  }

  /** Gradient of the meta loss at the pseudo parameters. */
  public INDArray metaGradient() {
    return learner.pseudo().gradients();
  }

  /** Gradient of the meta loss at the covariances of the classes of the batch. */
  public ClassRows covarianceGradient() {
    return found().gradient();
  }

  /** The change of those covariances. */
  public ClassRows covarianceChange() {
    return found().gradient().times(-metaLr);
  }

  /** Statistics after the iteration. */
  public ClassStatistics statistics() {
    return learner.classState().statistics();
  }

  /** The optimiser's state. */
  public INDArray optimizerState() {
    return learner.optimizerState();
  }

  /** The method's state. */
  public Learner learner() {
    return learner;
  }

  private CovarianceGradient.MetaGradient found() {
    return learner.metaGradient().orElseThrow();
  }
}
