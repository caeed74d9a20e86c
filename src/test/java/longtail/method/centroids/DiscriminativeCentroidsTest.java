package longtail.method.centroids;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.CrossEntropy;
import longtail.loss.DiscCentroids;
import longtail.loss.LossBatch;
import longtail.method.Batch;
import longtail.method.Contribution;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.nn.head.MetaEmbeddingHead;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class DiscriminativeCentroidsTest {
  private static final int[] LABELS = {0, 2, 1, 0};
  private static final ClassCounts COUNTS = ClassCounts.of(20, 5, 1);
  private static final Sgd PLAIN = new Sgd(0.1, 0, false, 0);
  private static final DiscCentroids LOSS = new DiscCentroids(50, 0.2);

  @Test
  void aStepMovesTheNetworkByBothLossesAndTheCentroidsByTheirOwnOptimiser() {
    DiscriminativeCentroids method =
        new DiscriminativeCentroids(LOSS, 0.5, new Sgd(0.3, 0, false, 0));
    try (Network learned = network(3, 1);
        Network expected = network(3, 1);
        Learner learner = method.learner(problem(learned))) {
      double[] before = numbers(learner.state());
      step(learner, 0);

      INDArray centroids = Nd4j.createFromArray(before).reshape(3, learned.featureWidth());
      Activations out = expected.forward(images(), Mode.TRAIN);
      DiscCentroids.Value value = LOSS.evaluate(out.features(), LABELS, centroids, 0.5);
      INDArray gradLogits =
          new CrossEntropy()
              .bind(COUNTS)
              .evaluate(LossBatch.of(out.features(), out.logits(), LABELS))
              .gradLogits();
      expected.backward(value.gradFeatures(), gradLogits);
      List<Span> all = List.of(new Span(0, expected.parameters().length()));
      PLAIN.step(expected.parameters(), expected.gradients(), null, 0.1, all, 0);
      assertThat(learned.parameters().equalsWithEps(expected.parameters(), 1e-12)).isTrue();
      double[] moved = value.gradCentroids().dup('c').data().asDouble();
      Arrays.setAll(moved, i -> before[i] - 0.3 * moved[i]);
      assertThat(numbers(learner.state())).containsExactly(moved, Offset.offset(1e-12));
    }
  }

  @Test
  void aLearnerThatIsSetBackRepeatsItsStepsToTheBit() {
    DiscriminativeCentroids method =
        new DiscriminativeCentroids(LOSS, 0.5, new Sgd(0.3, 0.9, false, 1e-3));
    try (Network network = network(3, 1);
        Learner learner = method.learner(problem(network))) {
      step(learner, 0);
      byte[] state = learner.state();
      INDArray parameters = network.parameters().dup();
      step(learner, 1);
      byte[] want = learner.state();
      network.parameters().assign(parameters);
      learner.restore(state);
      step(learner, 1);
      assertThat(learner.state()).isEqualTo(want).isNotEqualTo(state);
    }
  }

  @Test
  void theMemoryOfTheHeadIsThatOfTheMethod() {
    DiscriminativeCentroids method =
        new DiscriminativeCentroids(LOSS, 0.5, new Sgd(0.3, 0, false, 0));
    MetaEmbeddingHead head = new MetaEmbeddingHead(16, 10, MetaEmbeddingHead.Memory.FIXED);
    try (Network network = network(head, 3, 1)) {
      double[] fresh = memory(network);
      List<Span> trained =
          network.layout().stream()
              .filter(ParameterBlock::trainable)
              .map(block -> new Span(block.offset(), block.length()))
              .toList();
      try (Learner learner = method.learner(problem(network, trained))) {
        assertThat(numbers(learner.state())).containsExactly(fresh);
        step(learner, 0);
        assertThat(memory(network)).isNotEqualTo(fresh).containsExactly(numbers(learner.state()));
        double[] other = new double[fresh.length];
        Arrays.setAll(other, i -> 0.1 * i);
        learner.restore(bytes(other));
        assertThat(memory(network)).containsExactly(other);
      }
    }
  }

  private static double[] memory(Network network) {
    ParameterBlock block =
        network.layout().stream().filter(b -> b.role() == Role.CENTROIDS).findFirst().orElseThrow();
    return network
        .parameters()
        .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .toDoubleVector();
  }

  @Test
  void workersMergeToTheMeanByExamples() {
    CentroidState centroids = new CentroidState(new double[2], PLAIN, Optional.empty());
    centroids.merge(List.of(new Contribution(bytes(1, 4), 3), new Contribution(bytes(5, 0), 1)));
    assertThat(numbers(centroids.toBytes())).containsExactly(2, 3);
  }

  private static void step(Learner learner, int iteration) {
    learner.step(StepBatches.of(new Batch(images(), LABELS, new int[4])), 0.1, iteration);
  }

  private static LearningProblem problem(Network network) {
    return problem(network, List.of(new Span(0, network.parameters().length())));
  }

  private static LearningProblem problem(Network network, List<Span> trained) {
    return new LearningProblem(
        network, new CrossEntropy().bind(COUNTS), UpdateRule.of(PLAIN), trained, COUNTS, 1, 7);
  }

  private static byte[] bytes(double... numbers) {
    ByteBuffer buffer = ByteBuffer.allocate(8 * numbers.length);
    buffer.asDoubleBuffer().put(numbers);
    return buffer.array();
  }

  private static double[] numbers(byte[] bytes) {
    double[] numbers = new double[bytes.length / 8];
    ByteBuffer.wrap(bytes).asDoubleBuffer().get(numbers);
    return numbers;
  }

  private static Network network(int classes, long seed) {
    return network(LinearHead.standard(), classes, seed);
  }

  private static Network network(Head head, int classes, long seed) {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.A), head, classes, 8, 8),
        DataType.DOUBLE,
        seed);
  }

  private static INDArray images() {
    SplittableRandom random = RandomStreams.of(2);
    double[] pixels = new double[4 * 8 * 8 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = RandomStreams.gaussian(random);
    }
    return Nd4j.createFromArray(pixels).reshape('c', 4, 8, 8, 3);
  }
}
