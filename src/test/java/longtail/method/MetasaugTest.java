package longtail.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.AugmentedLoss;
import longtail.loss.ClassWeighting;
import longtail.loss.CrossEntropy;
import longtail.loss.Ldam;
import longtail.loss.Loss;
import longtail.loss.LossBatch;
import longtail.loss.LossValue;
import longtail.method.CovarianceLearning.Gradient;
import longtail.method.CovarianceLearning.PseudoRate;
import longtail.nn.Activations;
import longtail.nn.Architecture;
import longtail.nn.CifarResnet;
import longtail.nn.CosineHead;
import longtail.nn.FrozenNorm;
import longtail.nn.Head;
import longtail.nn.LinearHead;
import longtail.nn.Mode;
import longtail.nn.Network;
import longtail.nn.ParameterBlock;
import longtail.nn.Shortcut;
import longtail.optim.Constant;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import longtail.statistics.ClassRows;
import longtail.statistics.ClassStatistics;
import longtail.statistics.Covariance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MetasaugTest {
  private static final ClassCounts COUNTS = ClassCounts.of(40, 9, 2);
  private static final Loss LOSS = new Ldam(1, 0.5, new ClassWeighting.EffectiveNumber(0.99));
  private static final double ALPHA = 0.05;
  private static final int EPOCHS = 10;
  private static final int EPOCH = 8;

  /** A learner on a small residual network, in the epoch in which the tests look at it. */
  private static final class Setup implements AutoCloseable {
    final Network network;
    final MetasaugLearner learner;
    final LearningProblem problem;

    Setup(Metasaug method) {
      this(method, LinearHead.standard(), Optional.empty());
    }

    Setup(Metasaug method, Head head, Optional<FrozenNorm> frozen) {
      network =
          Network.create(
              new Architecture(new CifarResnet(8, 4, Shortcut.A), head, 3, 8, 8),
              DataType.DOUBLE,
              1);
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
              LOSS.bind(COUNTS),
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
          new StepBatches(batch(iteration, 6), List.of(batch(100 + iteration, 5))),
          0.02,
          iteration);
    }

    @Override
    public void close() {
      network.close();
    }
  }

  private static Metasaug method(Covariance kind, Gradient gradient) {
    return method(kind, gradient, 1);
  }

  private static Metasaug method(Covariance kind, Gradient gradient, int every) {
    return new Metasaug(
        kind,
        0.7,
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

  private static Batch batch(long number, int size) {
    SplittableRandom random = RandomStreams.of(5, number);
    double[] pixels = new double[size * 8 * 8 * 3];
    Arrays.setAll(pixels, i -> RandomStreams.gaussian(random));
    return new Batch(
        Nd4j.createFromArray(pixels).reshape('c', size, 8, 8, 3),
        random.ints(size, 0, 3).toArray(),
        IntStream.range(0, size).toArray());
  }

  /** The loss of the meta batch after a pseudo step under {@code covariances}, by definition. */
  private static double metaLoss(
      INDArray parameters, ClassRows covariances, Covariance kind, Batch main, Batch meta) {
    try (Setup fresh = new Setup(method(kind, Gradient.EXACT))) {
      Network network = fresh.network;
      network.parameters().assign(parameters);
      ClassifierWeight weight = ClassifierWeight.of(network, "a test");
      Activations activations = network.forward(main.images(), Mode.TRAIN);
      AugmentedLoss.Value value =
          new AugmentedLoss(LOSS.bind(COUNTS), kind)
              .evaluate(
                  LossBatch.of(activations.features(), activations.logits(), main.labels()),
                  weight.in(network.parameters()),
                  covariances,
                  0.7 * EPOCH / EPOCHS);
      network.backward(value.gradLogits());
      value.addWeightGradient(weight.in(network.gradients()));
      network.parameters().subi(network.gradients().mul(ALPHA));
      LossValue found =
          new CrossEntropy()
              .bind(COUNTS)
              .evaluate(network.forward(meta.images(), Mode.TRAIN).logits(), meta.labels());
      return found.value();
    }
  }

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void theGradientAtTheCovariancesIsThatOfThePseudoStepAndTheMetaLoss(Covariance kind) {
    try (Setup setup = new Setup(method(kind, Gradient.EXACT))) {
      setup.step(0);
      INDArray parameters = setup.network.parameters().dup();
      ClassStatistics statistics = setup.learner.knowledge().statistics();
      Batch main = batch(1, 6);
      int[] present = Arrays.stream(main.labels()).sorted().distinct().toArray();
      ClassRows covariances = statistics.covariances(present, DataType.DOUBLE);
      setup.step(1);
      ClassRows got = setup.learner.found().orElseThrow().gradient();
      assertThat(got.classes()).isEqualTo(present);

      INDArray elements = covariances.values().reshape(covariances.values().length());
      INDArray gradient = got.values().dup('c').reshape(elements.length());
      double largest = gradient.amaxNumber().doubleValue();
      assertThat(largest).isPositive();
      SplittableRandom random = RandomStreams.of(6);
      for (int trial = 0; trial < 12; trial++) {
        long i = random.nextLong(elements.length());
        double kept = elements.getDouble(i);
        double step = 1e-3;
        elements.putScalar(i, kept + step);
        double above = metaLoss(parameters, covariances, kind, main, batch(101, 5));
        elements.putScalar(i, kept - step);
        double below = metaLoss(parameters, covariances, kind, main, batch(101, 5));
        elements.putScalar(i, kept);
        assertThat(gradient.getDouble(i))
            .isCloseTo((above - below) / (2 * step), within(2e-5 * largest + 1e-12));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void theGradientByDifferencesIsTheExactOneToSixDigits(Covariance kind) {
    try (Setup exact = new Setup(method(kind, Gradient.EXACT));
        Setup difference = new Setup(method(kind, Gradient.FINITE_DIFFERENCE))) {
      for (int iteration = 0; iteration < 2; iteration++) {
        exact.step(iteration);
        difference.step(iteration);
      }
      INDArray want = exact.learner.found().orElseThrow().gradient().values();
      INDArray got = difference.learner.found().orElseThrow().gradient().values();
      assertThat(got.sub(want).norm2Number().doubleValue())
          .isLessThan(1e-5 * want.norm2Number().doubleValue());
      assertThat(
              difference
                  .network
                  .parameters()
                  .sub(exact.network.parameters())
                  .amaxNumber()
                  .doubleValue())
          .isLessThan(1e-7);
    }
  }

  @Test
  void theGradientByAForwardDifferenceIsNearTheExactOne() {
    try (Setup exact = new Setup(method(Covariance.FULL, Gradient.EXACT));
        Setup difference = new Setup(method(Covariance.FULL, Gradient.FORWARD_DIFFERENCE))) {
      exact.step(0);
      difference.step(0);
      INDArray want = exact.learner.found().orElseThrow().gradient().values();
      INDArray got = difference.learner.found().orElseThrow().gradient().values();
      assertThat(got.sub(want).norm2Number().doubleValue())
          .isLessThan(1e-4 * want.norm2Number().doubleValue());
    }
  }

  @Test
  void runningStatisticsMoveOnceAStepAndNothingElseOfTheMetaBatchStays() {
    try (Setup learning = new Setup(method(Covariance.FULL, Gradient.EXACT));
        Setup plain = new Setup(method(Covariance.FULL, Gradient.EXACT))) {
      plain.network.forward(batch(0, 6).images(), Mode.TRAIN);
      learning.step(0);
      for (ParameterBlock block : learning.network.layout()) {
        if (!block.trainable()) {
          for (long i = block.offset(); i < block.offset() + block.length(); i++) {
            assertThat(learning.network.parameters().getDouble(i))
                .isEqualTo(plain.network.parameters().getDouble(i));
          }
        }
      }
    }
  }

  @Test
  void beforeItsFirstEpochItIsCrossEntropy() {
    try (Setup setup = new Setup(method(Covariance.FULL, Gradient.EXACT));
        Setup supervised = new Setup(method(Covariance.FULL, Gradient.EXACT))) {
      LearningProblem problem = supervised.problem;
      SupervisedLearner want =
          new SupervisedLearner(
              new LearningProblem(
                  problem.network(),
                  new CrossEntropy().bind(COUNTS),
                  problem.rule(),
                  problem.trainable(),
                  COUNTS,
                  EPOCHS,
                  0));
      setup.learner.epoch(1);
      for (int iteration = 0; iteration < 3; iteration++) {
        setup.step(iteration);
        want.step(StepBatches.of(batch(iteration, 6)), 0.02, iteration);
      }
      assertThat(setup.network.parameters()).isEqualTo(supervised.network.parameters());
      assertThat(setup.learner.knowledge().statistics().count(0)).isZero();
    }
  }

  @Test
  void itLearnsCovariancesOnlyInEveryKthStepAndReportsWhatItFound() {
    try (Setup setup = new Setup(method(Covariance.DIAGONAL, Gradient.EXACT, 2))) {
      Map<String, Double> learned = setup.step(0).figures();
      assertThat(learned).containsKeys("meta_loss", "meta_gradient_norm", "covariance_norm");
      assertThat(setup.step(1).figures()).doesNotContainKey("meta_loss");
      assertThat(setup.step(2).figures()).containsKey("meta_loss");
    }
  }

  @Test
  void whatWasLearnedPersistsByOption() {
    CovarianceLearning meta = method(Covariance.FULL, Gradient.EXACT).meta();
    try (Setup setup = new Setup(persisting(Metasaug.Statistics.MERGED))) {
      setup.step(0);
      ClassRows learned = setup.learner.found().orElseThrow().gradient();
      ClassRows statistics =
          setup.learner.knowledge().statistics().covariances(learned.classes(), DataType.DOUBLE);
      assertThat(setup.learner.knowledge().covariances(learned.classes(), DataType.DOUBLE).values())
          .isEqualTo(statistics.plus(learned, -meta.lr()).values());
      byte[] state = setup.learner.state();
      setup.learner.restore(state);
      assertThat(setup.learner.state()).isEqualTo(state);
    }
  }

  private static Metasaug persisting(Metasaug.Statistics statistics) {
    CovarianceLearning meta = method(Covariance.FULL, Gradient.EXACT).meta();
    return new Metasaug(Covariance.FULL, 0.7, 0, true, statistics, meta);
  }

  @Test
  void changesLeadALearnerFromRoundToRoundAsWholeStatesDo() {
    Metasaug method = persisting(Metasaug.Statistics.MERGED);
    try (Setup stayed = new Setup(method);
        Setup restored = new Setup(method)) {
      byte[] before = {};
      for (int round = 0; round < 3; round++) {
        restored.learner.restore(before);
        stayed.step(round);
        restored.step(10 + round);
        byte[] after =
            method.merge(
                before,
                List.of(
                    new Contribution(stayed.learner.contribution(), 6),
                    new Contribution(restored.learner.contribution(), 6)));
        byte[] changes = method.changes(before, after).orElseThrow();
        assertThat(stayed.learner.update(List.of(changes))).isTrue();
        assertThat(stayed.learner.state()).isEqualTo(after);
        stayed.step(20 + round);
        stayed.learner.update(List.of());
        assertThat(stayed.learner.state()).isEqualTo(after);
        assertThat(method.changes(after, after).orElseThrow().length).isLessThan(50);
        before = after;
      }
    }
  }

  @Test
  void localStatisticsAreOfEachWorkersOwnImages() {
    Metasaug local = persisting(Metasaug.Statistics.LOCAL);
    try (Setup one = new Setup(local);
        Setup other = new Setup(local)) {
      byte[] before = {};
      for (int round = 0; round < 2; round++) {
        one.step(round);
        other.step(10 + round);
        byte[] ofOne = one.learner.state();
        byte[] ofOther = other.learner.state();
        byte[] after =
            local.merge(
                before,
                List.of(
                    new Contribution(one.learner.contribution(), 6),
                    new Contribution(other.learner.contribution(), 2)));
        byte[] changes = local.changes(before, after).orElseThrow();
        one.learner.update(List.of(local.share(changes, 0, 2)));
        assertThat(one.learner.state()).isEqualTo(local.share(after, 0, 2));
        other.learner.restore(local.share(after, 1, 2));
        assertSameCounts(one.learner.state(), ofOne);
        assertSameCounts(other.learner.state(), ofOther);
        assertThatThrownBy(() -> local.share(after, 0, 3)).hasMessageContaining("--workers 2");
        before = after;
      }
    }
  }

  private static void assertSameCounts(byte[] state, byte[] expected) {
    ClassStatistics statistics = ClassKnowledge.fromBytes(state).statistics();
    ClassStatistics others = ClassKnowledge.fromBytes(expected).statistics();
    for (int c = 0; c < statistics.classes(); c++) {
      assertThat(statistics.count(c)).isEqualTo(others.count(c));
    }
  }

  @ParameterizedTest
  @EnumSource(Gradient.class)
  void onAFrozenBackboneOnlyTheHeadMoves(Gradient gradient) {
    try (Setup setup =
        new Setup(
            method(Covariance.DIAGONAL, gradient),
            LinearHead.standard(),
            Optional.of(FrozenNorm.RUNNING))) {
      INDArray before = setup.network.parameters().dup();
      setup.step(0);
      setup.step(1);
      assertThat(setup.learner.found().orElseThrow().gradient().norm()).isPositive();
      for (ParameterBlock block : setup.network.layout()) {
        boolean moved = false;
        for (long i = block.offset(); i < block.offset() + block.length(); i++) {
          moved |= setup.network.parameters().getDouble(i) != before.getDouble(i);
        }
        assertThat(moved).as(block.name()).isEqualTo(block.head());
      }
    }
  }

  @Test
  void aResumedLearnerGoesOnToTheBit() {
    Metasaug method = method(Covariance.FULL, Gradient.EXACT);
    try (Setup whole = new Setup(method);
        Setup resumed = new Setup(method)) {
      whole.step(0);
      whole.step(1);
      resumed.network.parameters().assign(whole.network.parameters());
      resumed.learner.optimizerState().assign(whole.learner.optimizerState());
      resumed.learner.restore(whole.learner.state());
      for (int iteration = 2; iteration < 4; iteration++) {
        whole.step(iteration);
        resumed.step(iteration);
      }
      assertThat(resumed.network.parameters()).isEqualTo(whole.network.parameters());
      assertThat(resumed.learner.state()).isEqualTo(whole.learner.state());
    }
  }

  @Test
  void theStatisticsOfTwoWorkersAreThoseOfOne() {
    Metasaug method = method(Covariance.FULL, Gradient.EXACT);
    Optional<FrozenNorm> frozen = Optional.of(FrozenNorm.RUNNING);
    try (Setup one = new Setup(method, LinearHead.standard(), frozen);
        Setup left = new Setup(method, LinearHead.standard(), frozen);
        Setup right = new Setup(method, LinearHead.standard(), frozen)) {
      one.step(0);
      byte[] before = method.merge(new byte[0], List.of(contribution(one, 6)));
      one.learner.restore(before);
      left.learner.restore(before);
      right.learner.restore(before);
      one.step(1);
      one.step(2);
      left.step(1);
      right.step(2);
      byte[] merged = method.merge(before, List.of(contribution(left, 6), contribution(right, 6)));
      ClassStatistics got = ClassKnowledge.fromBytes(merged).statistics();
      ClassStatistics want = one.learner.knowledge().statistics();
      for (int c = 0; c < got.classes(); c++) {
        assertThat(got.count(c)).isEqualTo(want.count(c));
        assertThat(got.mean(c)).containsExactly(want.mean(c), within(1e-12));
      }
      int[] all = {0, 1, 2};
      INDArray apart =
          got.covariances(all, DataType.DOUBLE)
              .values()
              .sub(want.covariances(all, DataType.DOUBLE).values());
      assertThat(apart.amaxNumber().doubleValue()).isLessThan(1e-12);
    }
  }

  private static Contribution contribution(Setup setup, long examples) {
    return new Contribution(setup.learner.contribution(), examples);
  }

  @Test
  void onlyTheClassesOfTheRoundTravel() {
    try (Setup setup = new Setup(method(Covariance.FULL, Gradient.EXACT))) {
      for (int iteration = 0; iteration < 4; iteration++) {
        setup.step(iteration);
      }
      setup.learner.restore(setup.learner.state());
      int nothing = setup.learner.contribution().length;
      Batch one = batch(9, 1);
      setup.learner.step(new StepBatches(one, List.of(batch(10, 3))), 0.02, 4);
      int width = setup.network.featureWidth();
      assertThat(setup.learner.contribution().length - nothing)
          .isEqualTo(4 + 8 + 8 * (width + width * width));
      assertThat(setup.learner.state().length).isGreaterThan(setup.learner.contribution().length);
    }
  }

  @Test
  void aHeadThatIsNotLinearIsRefused() {
    assertThatThrownBy(
            () ->
                new Setup(
                        method(Covariance.FULL, Gradient.EXACT),
                        new CosineHead(16),
                        Optional.empty())
                    .close())
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("model.head: linear");
  }
}
