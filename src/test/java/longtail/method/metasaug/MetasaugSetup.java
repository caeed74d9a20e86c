package longtail.method.metasaug;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.ClassWeighting;
import longtail.loss.Ldam;
import longtail.loss.Loss;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.method.metasaug.CovarianceLearning.PseudoRate;
import longtail.nn.FrozenNorm;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.optim.Constant;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import longtail.statistics.Covariance;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A learner on a small residual network, in the epoch in which the tests look at it. */
public final class MetasaugSetup implements AutoCloseable {
  public static final ClassCounts COUNTS = ClassCounts.of(40, 9, 2);
  public static final Loss LOSS = new Ldam(1, 0.5, new ClassWeighting.EffectiveNumber(0.99));
  static final double ALPHA = 0.05;
  static final int EPOCHS = 10;
  static final int EPOCH = 8;

  final Network network;
  final MetasaugLearner learner;
  final LearningProblem problem;

  MetasaugSetup(Metasaug method) {
    this(method, LinearHead.standard(), Optional.empty());
  }

  MetasaugSetup(Metasaug method, Head head, Optional<FrozenNorm> frozen) {
    this(method, head, frozen, LOSS);
  }

  MetasaugSetup(Metasaug method, Head head, Optional<FrozenNorm> frozen, Loss loss) {
    network =
        Network.create(
            new Architecture(new CifarResnet(8, 4, Shortcut.A), head, 3, 8, 8), DataType.DOUBLE, 1);
    frozen.ifPresent(network::freezeBackbone);
    List<Span> trainable =
        Span.joined(
            network.layout().stream()
                .filter(ParameterBlock::trainable)
                .filter(block -> frozen.isEmpty() || block.head())
                .map(block -> new Span(block.offset(), block.length()))
                .toList());
    problem =
        new LearningProblem(
            network,
            loss.bind(COUNTS),
            UpdateRule.of(new Sgd(0.1, 0.9, true, 5e-4)),
            trainable,
            COUNTS,
            EPOCHS,
            0);
    learner = new MetasaugLearner(method, problem);
    learner.epoch(EPOCH);
  }

  StepResult step(long iteration) {
    return learner.step(
        new StepBatches(batch(iteration, 6), List.of(batch(100 + iteration, 5))), 0.02, iteration);
  }

  @Override
  public void close() {
    network.close();
  }

  public static Metasaug method(Covariance kind, Gradient gradient) {
    return method(kind, gradient, 1);
  }

  static Metasaug method(Covariance kind, Gradient gradient, int every) {
    return new Metasaug(
        kind,
        0.7,
        new AugmentationRatio.Linear(0),
        2,
        false,
        Metasaug.Statistics.MERGED,
        new CovarianceLearning(
            true,
            every,
            3,
            Optional.of(new PseudoRate(ALPHA, new Constant())),
            Optional.empty(),
            false,
            gradient));
  }

  static Metasaug persisting(Metasaug.Statistics statistics) {
    CovarianceLearning meta = method(Covariance.FULL, Gradient.EXACT).meta();
    return new Metasaug(
        Covariance.FULL, 0.7, new AugmentationRatio.Linear(0), 0, true, statistics, meta);
  }

  public static Batch batch(long number, int size) {
    SplittableRandom random = RandomStreams.of(5, number);
    double[] pixels = new double[size * 8 * 8 * 3];
    Arrays.setAll(pixels, i -> RandomStreams.gaussian(random));
    return new Batch(
        Nd4j.createFromArray(pixels).reshape('c', size, 8, 8, 3),
        random.ints(size, 0, 3).toArray(),
        IntStream.range(0, size).toArray());
  }
}
