package longtail.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.WorkerThreads;
import longtail.nn.FrozenNorm;
import longtail.nn.GradientListener;
import longtail.nn.Network;
import longtail.nn.backbone.Resnet32;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.layer.Mode;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Gradients that leave while the backward pass runs arrive as those that leave after it. */
class GradientSumsTest {
  private static final int CLASSES = 10;
  private static final int SIZE = 8;
  private static final int STEPS = 3;

  /** What a worker ends with, and how many sums it had begun when the last pass ended. */
  private record Outcome(INDArray parameters, int begun) {}

  @ParameterizedTest
  @CsvSource({
    "FLOAT, 1, false, 0",
    "FLOAT, 2, false, 1",
    "FLOAT, 3, false, 1",
    "FLOAT, 2, true, 0",
    "DOUBLE, 2, false, 0"
  })
  void stepsAreTheSameBits(DataType type, int workers, boolean frozen, int duringPass) {
    List<Outcome> after = run(type, workers, frozen, false);
    List<Outcome> during = run(type, workers, frozen, true);
    for (int w = 0; w < workers; w++) {
      assertThat(Bits.of(during.get(w).parameters)).isEqualTo(Bits.of(after.get(w).parameters));
      assertThat(Bits.of(during.get(w).parameters)).isEqualTo(Bits.of(during.get(0).parameters));
      assertThat(after.get(w).begun).isZero();
      assertThat(during.get(w).begun).isEqualTo(duringPass);
    }
  }

  private static List<Outcome> run(DataType type, int workers, boolean frozen, boolean listens) {
    return WorkerThreads.run(
        workers,
        (rank, member) -> {
          try (Network network = network(type)) {
            if (frozen) {
              network.freezeBackbone(FrozenNorm.BATCH);
            }
            if (workers > 1) {
              network.synchronize(member);
            }
            Update update =
                new Update(
                    UpdateRule.of(new Sgd(0.1, 0.9, true, 1e-4)),
                    network,
                    trainable(network, frozen),
                    member);
            int begun = 0;
            for (int i = 0; i < STEPS; i++) {
              SplittableRandom random = RandomStreams.of(31, rank, i);
              network.forward(normal(random, type, 2, SIZE, SIZE, 3), Mode.TRAIN);
              INDArray gradLogits = normal(random, type, 2, CLASSES);
              int before = member.begun();
              network.backward(
                  null, gradLogits, listens ? update.duringBackward() : GradientListener.NONE);
              begun = member.begun() - before;
              update.step(0.1, i);
            }
            return new Outcome(network.parameters().dup(), begun);
          }
        });
  }

  private static Network network(DataType type) {
    return Network.create(
        new Architecture(Resnet32.standard(), LinearHead.standard(), CLASSES, SIZE, SIZE), type, 5);
  }

  private static List<Span> trainable(Network network, boolean frozen) {
    return Span.joined(
        network.layout().stream()
            .filter(block -> block.trainable() && (block.head() || !frozen))
            .map(block -> new Span(block.offset(), block.length()))
            .toList());
  }

  private static INDArray normal(SplittableRandom random, DataType type, long... shape) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, RandomStreams.gaussian(random));
    }
    return array.castTo(type);
  }

  @Test
  void whatAStepThatFailedHadBegunIsForgotten() {
    WorkerThreads.run(
        2,
        (rank, member) -> {
          INDArray gradients = Nd4j.ones(DataType.FLOAT, 1_000_000);
          GradientSums sums =
              new GradientSums(
                  member,
                  KernelMemory.ofHost(),
                  gradients,
                  List.of(new Span(0, gradients.length())));
          sums.written(500_000, 500_000);
          sums.clear();
          sums.written(300_000, 400_000);
          sums.await();
          assertThat(gradients.minNumber().doubleValue()).isEqualTo(2);
          assertThat(gradients.maxNumber().doubleValue()).isEqualTo(2);
          return rank;
        });
  }

  @Test
  void aViewTellsNobody() {
    try (Network network = network(DataType.FLOAT);
        Network view = network.view()) {
      view.forward(Nd4j.rand(DataType.FLOAT, 2, SIZE, SIZE, 3), Mode.TRAIN);
      INDArray gradLogits = Nd4j.rand(DataType.FLOAT, 2, CLASSES);
      assertThatThrownBy(() -> view.backward(null, gradLogits, (offset, length) -> {}))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
