package longtail.method.bbn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.CrossEntropy;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.nn.Network;
import longtail.nn.backbone.Bilateral;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet32;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Branch;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import longtail.optim.Counting;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import longtail.sample.ReverseSampler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The whole step through a small real network in float64. */
class BbnTest {
  private static final int SIZE = 8;
  private static final int CLASSES = 3;
  private static final int EPOCHS = 4;
  private static final double RATE = 0.5;
  private static final double STEP = 1e-6;
  private static final ClassCounts COUNTS = ClassCounts.of(50, 8, 2);
  private static final Bbn BBN = new Bbn(new ReverseSampler(), Counting.FROM_ZERO);

  private final Network network =
      Network.create(
          new Architecture(
              new Bilateral(new CifarResnet(8, 4, Shortcut.A)),
              LinearHead.standard(),
              CLASSES,
              SIZE,
              SIZE),
          DataType.DOUBLE,
          3);
  private final Batch main = batch(1, 4);

  private static Batch batch(int seed, int size) {
    SplittableRandom random = RandomStreams.of(31, seed);
    double[] pixels = new double[size * SIZE * SIZE * 3];
    Arrays.setAll(pixels, i -> RandomStreams.gaussian(random));
    return new Batch(
        Nd4j.createFromArray(pixels).reshape('c', new long[] {size, SIZE, SIZE, 3}),
        random.ints(size, 0, CLASSES).toArray(),
        IntStream.range(0, size).toArray());
  }

  @AfterEach
  void close() {
    network.close();
  }

  private Learner learner() {
    List<Span> trainable =
        Span.joined(
            network.layout().stream()
                .filter(ParameterBlock::trainable)
                .map(block -> new Span(block.offset(), block.length()))
                .toList());
    return BBN.learner(
        new LearningProblem(
            network,
            new CrossEntropy().bind(COUNTS),
            UpdateRule.of(new Sgd(RATE, 0, false, 0)),
            trainable,
            COUNTS,
            EPOCHS,
            0));
  }

  private StepResult step(int epoch, Batch... others) {
    try (Learner learner = learner()) {
      learner.epoch(epoch);
      return learner.step(new StepBatches(main, List.of(others)), RATE, 0);
    }
  }

  /** The paper's formulas on whole passes, of which each gives the features of one branch. */
  private double loss(Batch other, double alpha) {
    INDArray ofMain = network.forward(main.images(), Mode.TRAIN).features().dup();
    INDArray ofOther = network.forward(other.images(), Mode.TRAIN).features().dup();
    long width = ofMain.size(1) / 2;
    INDArray conventional = ofMain.get(NDArrayIndex.all(), NDArrayIndex.interval(0, width));
    INDArray rebalancing = ofOther.get(NDArrayIndex.all(), NDArrayIndex.interval(width, 2 * width));
    INDArray features = Nd4j.hstack(conventional.mul(alpha), rebalancing.mul(1 - alpha)).mul(2);
    INDArray logits =
        features.mmul(block(Role.HEAD_WEIGHT).transpose()).addRowVector(block(Role.HEAD_BIAS));
    INDArray likelihood = Transforms.log(Transforms.softmax(logits));
    double loss = 0;
    for (int i = 0; i < main.size(); i++) {
      loss -= alpha * likelihood.getDouble(i, main.labels()[i]) / main.size();
      loss -= (1 - alpha) * likelihood.getDouble(i, other.labels()[i]) / main.size();
    }
    return loss;
  }

  private INDArray block(Role role) {
    ParameterBlock block =
        network.layout().stream().filter(b -> b.role() == role).findFirst().orElseThrow();
    return network
        .parameters()
        .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .reshape('c', block.shape());
  }

  @Test
  void aStepFollowsTheGradientOfCentralDifferencesOfThePapersLoss() {
    Batch other = batch(2, 4);
    for (int epoch : new int[] {0, 1, 3}) {
      double alpha = 1 - Math.pow((double) epoch / EPOCHS, 2);
      INDArray before = network.parameters().dup();
      double want = loss(other, alpha);
      network.parameters().assign(before);
      StepResult result = step(epoch, other);
      assertThat(result.loss()).isCloseTo(want, within(1e-10));
      assertThat(result.figures()).containsEntry("conventional_weight", alpha);
      INDArray gradient = before.sub(network.parameters()).div(RATE);
      SplittableRandom random = RandomStreams.of(7);
      for (ParameterBlock block : network.layout()) {
        if (block.trainable()) {
          long index = block.offset() + random.nextLong(block.length());
          double slope = difference(before, index, other, alpha);
          assertThat(gradient.getDouble(index))
              .as("%s in epoch %d", block.name(), epoch)
              .isCloseTo(slope, within(1e-5 * (1 + Math.abs(slope))));
        }
      }
      network.parameters().assign(before);
    }
  }

  private double difference(INDArray at, long index, Batch other, double alpha) {
    double[] values = new double[2];
    for (int side = 0; side < 2; side++) {
      network.parameters().assign(at);
      network.parameters().putScalar(index, at.getDouble(index) + (side == 0 ? STEP : -STEP));
      values[side] = loss(other, alpha);
    }
    return (values[0] - values[1]) / (2 * STEP);
  }

  @Test
  void statisticsAreThoseOfTheImagesThatABranchSees() {
    Batch other = batch(2, 4);
    INDArray before = network.parameters().dup();
    step(1, other);
    INDArray after = network.parameters().dup();
    network.parameters().assign(before);
    // the blocks before the branches see both batches, one after the other
    network.forward(main.images(), Mode.TRAIN, Branch.CONVENTIONAL);
    network.forward(other.images(), Mode.TRAIN, Branch.REBALANCING);
    for (ParameterBlock block : network.layout()) {
      if (!block.trainable()) {
        assertThat(part(after, block))
            .as(block.name())
            .isEqualTo(part(network.parameters(), block));
        assertThat(part(after, block)).isNotEqualTo(part(before, block));
      }
    }
  }

  private static INDArray part(INDArray flat, ParameterBlock block) {
    return flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length())).dup();
  }

  @Test
  void aSmallerBatchOfTheOtherSamplerComesAgain() {
    Batch two = batch(2, 2);
    Batch four =
        new Batch(
            Nd4j.concat(0, two.images(), two.images()),
            IntStream.range(0, 4).map(i -> two.labels()[i % 2]).toArray(),
            new int[4]);
    INDArray before = network.parameters().dup();
    step(2, two);
    INDArray expected = network.parameters().dup();
    network.parameters().assign(before);
    step(2, four);
    assertThat(Bits.of(network.parameters())).isEqualTo(Bits.of(expected));
  }

  @Test
  void theCoefficientFallsFromOneBranchToTheOther() {
    assertThat(BBN.coefficient(0, 10)).isEqualTo(1);
    assertThat(BBN.coefficient(5, 10)).isEqualTo(0.75);
    assertThat(new Bbn(new ReverseSampler(), Counting.FROM_ONE).coefficient(9, 10)).isZero();
  }

  @Test
  void itNeedsTwoBranches() {
    assertThatThrownBy(() -> BBN.requireBackbone(Resnet32.standard()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("{type: bilateral, trunk: ...}");
  }
}
