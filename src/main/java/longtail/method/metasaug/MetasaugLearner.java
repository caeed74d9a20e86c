package longtail.method.metasaug;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.Collective;
import longtail.loss.AugmentedLoss;
import longtail.loss.CrossEntropy;
import longtail.loss.JointLoss;
import longtail.loss.LossBatch;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.Contribution;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.MethodState;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.Update;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.layer.Mode;
import longtail.statistics.ClassRows;
import longtail.statistics.ClassStatistics;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of {@link Metasaug}. */
final class MetasaugLearner implements Learner {
  private final Metasaug method;
  private final LearningProblem problem;
  private final Network network;
  private final Update update;
  private final ClassifierWeight weight;
  private final AugmentedLoss augmented;
  private final LossFunction plain;
  private final Optional<CovarianceGradient> learning;
  private MetasaugState classState;
  private Optional<CovarianceGradient.MetaGradient> metaGradient = Optional.empty();
  private int epoch;

  MetasaugLearner(Metasaug method, LearningProblem problem) {
    this.method = method;
    this.problem = problem;
    network = problem.network();
    update = problem.update();
    weight = ClassifierWeight.of(network, "metasaug");
    augmented = new AugmentedLoss(problem.loss(), method.covariance());
    if (method.meta().enabled() && method.meta().gradient() != Gradient.FINITE_DIFFERENCE) {
      // to be told now, not in the epoch in which it begins
      augmented.twiceDifferentiable();
    }
    plain = JointLoss.of(new CrossEntropy().bind(problem.counts()), problem.workers());
    learning =
        method.meta().enabled()
            ? Optional.of(new CovarianceGradient(problem, weight))
            : Optional.empty();
    classState = beginning();
  }

  private MetasaugState beginning() {
    return MetasaugState.beginning(
        ClassStatistics.empty(method.covariance(), network.classes(), network.featureWidth()));
  }

  @Override
  public StepResult step(StepBatches batches, double rate, long iteration) {
    Batch main = batches.main();
    Activations activations = network.forward(main.images(), Mode.TRAIN);
    double correct = main.correct(activations.logits());
    LossBatch batch =
        new LossBatch(
            Optional.of(activations.features()),
            activations.logits(),
            main.labels(),
            main.rows(),
            iteration);
    if (epoch < method.startEpoch()) {
      return new StepResult(main.size(), plain(batch, rate, iteration), correct);
    }
    Map<String, Double> figures = new HashMap<>();
    double loss = augmented(batches, batch, rate, iteration, figures);
    return new StepResult(main.size(), loss, correct, figures);
  }

  private double plain(LossBatch batch, double rate, long iteration) {
    LossValue loss = plain.evaluate(batch);
    double ofStep = problem.workers().sum(loss.value());
    if (Double.isFinite(ofStep)) {
      network.backward(null, loss.gradLogits(), update.duringBackward());
      update.step(rate, iteration);
    }
    return ofStep;
  }

  /** The order is that of the published code: learn covariances, use them, then pool the batch. */
  private double augmented(
      StepBatches batches,
      LossBatch batch,
      double rate,
      long iteration,
      Map<String, Double> figures) {
    int[] present = present(batch.labels());
    ClassRows covariances = classState.covariances(present, network.type());
    double ratio = method.ratio(epoch, problem.epochs());
    INDArray head = network.memory().host(weight.in(network.parameters()));
    if (method.meta().due(iteration) && batches.others().get(0).size() > 0) {
      metaGradient = Optional.of(learn(batches, batch, covariances, ratio, rate));
      ClassRows gradient = metaGradient.get().gradient();
      figures.put("meta_loss", metaGradient.get().metaLoss());
      figures.put("meta_gradient_norm", gradient.norm());
      covariances = covariances.plus(gradient, -method.meta().lr());
      if (method.persistCovariance()) {
        classState.keep(gradient, -method.meta().lr());
      }
    }
    figures.put("covariance_norm", covariances.norm());
    AugmentedLoss.Value value = augmented.evaluate(batch, head, covariances, ratio);
    double ofStep = problem.workers().sum(value.loss());
    if (Double.isFinite(ofStep)) {
      classState.add(
          batch.features().orElseThrow(),
          batch.labels(),
          present,
          switch (method.statistics()) {
            case MERGED -> problem.workers();
            case LOCAL -> Collective.ALONE;
          });
      backward(value);
      update.step(rate, iteration);
    }
    return ofStep;
  }

  /** The classes of all images of the step, ascending. */
  private int[] present(int[] labels) {
    double[] images = new double[network.classes()];
    for (int label : labels) {
      images[label]++;
    }
    problem.workers().sum(images);
    return IntStream.range(0, images.length).filter(c -> images[c] > 0).toArray();
  }

  private CovarianceGradient.MetaGradient learn(
      StepBatches batches, LossBatch batch, ClassRows covariances, double ratio, double rate) {
    AugmentedLoss.Value value =
        augmented.evaluate(
            batch, network.memory().host(weight.in(network.parameters())), covariances, ratio);
    backward(value);
    CovarianceGradient gradient = learning.orElseThrow();
    Batch meta = batches.others().get(0);
    double alpha = method.meta().pseudoRate(rate, epoch, problem.epochs());
    return switch (method.meta().gradient()) {
      case EXACT -> gradient.exact(value, meta, alpha);
      case FORWARD_DIFFERENCE ->
          gradient.byForwardDifference(value, batches.main().images(), batch.logits(), meta, alpha);
      case FINITE_DIFFERENCE ->
          gradient.byDifference(
              augmented,
              value.loss(),
              covariances,
              ratio,
              batches.main().images(),
              batch,
              meta,
              alpha);
    };
  }

  /** The meta gradient of the last step that learned covariances. */
  Optional<CovarianceGradient.MetaGradient> metaGradient() {
    return metaGradient;
  }

  /** The network after the last pseudo step; its gradients are those of the meta loss. */
  Network pseudo() {
    return learning.orElseThrow().pseudo();
  }

  MetasaugState classState() {
    return classState;
  }

  /** Fills the network's gradients; the classifier's weight enters the loss in two ways. */
  private void backward(AugmentedLoss.Value value) {
    network.backward(value.gradFeatures().orElse(null), value.gradLogits());
    network.memory().change(weight.in(network.gradients()), value::addWeightGradient);
  }

  @Override
  public void epoch(int current) {
    epoch = current;
    problem.loss().epoch(current);
  }

  @Override
  public void endEpoch() {
    update.endEpoch();
  }

  @Override
  public void close() {
    learning.ifPresent(CovarianceGradient::close);
    update.close();
  }

  @Override
  public INDArray parameters() {
    return network.parameters();
  }

  @Override
  public INDArray optimizerState() {
    return update.state();
  }

  @Override
  public Optional<MethodState> memory() {
    return Optional.of(classState);
  }

  @Override
  public void merge(List<Contribution> contributions, int worker) {
    classState.merge(
        switch (method.statistics()) {
          case MERGED -> contributions;
          case LOCAL -> List.of(contributions.get(worker));
        });
  }

  @Override
  public void restore(byte[] state) {
    classState = state.length == 0 ? beginning() : MetasaugState.fromBytes(state);
  }
}
