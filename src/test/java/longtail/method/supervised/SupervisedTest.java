package longtail.method.supervised;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.InfluenceBalanced;
import longtail.loss.LossBatch;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Mode;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SupervisedTest {
  private static final int[] LABELS = {0, 2, 1, 0};
  private static final ClassCounts COUNTS = ClassCounts.of(20, 5, 1);

  @Test
  void aGradientAtTheFeaturesReachesTheBackbone() {
    try (Network learned = network();
        Network expected = network()) {
      Sgd sgd = new Sgd(0.1, 0, false, 0);
      List<Span> all = List.of(new Span(0, learned.parameters().length()));
      LossFunction loss = new InfluenceBalanced(1000).bind(COUNTS);
      new Supervised()
          .learner(new LearningProblem(learned, loss, UpdateRule.of(sgd), all, COUNTS, 1, 0))
          .step(StepBatches.of(new Batch(images(), LABELS, new int[4])), 0.1, 0);

      Activations activations = expected.forward(images(), Mode.TRAIN);
      LossValue value =
          loss.evaluate(LossBatch.of(activations.features(), activations.logits(), LABELS));
      assertThat(value.gradFeatures()).isPresent();
      expected.backward(value.gradFeatures().orElseThrow(), value.gradLogits());
      sgd.step(
          expected.parameters(), expected.gradients(), Nd4j.empty(DataType.DOUBLE), 0.1, all, 0);
      assertThat(Bits.of(learned.parameters())).isEqualTo(Bits.of(expected.parameters()));
    }
  }

  private static Network network() {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), 3, 8, 8),
        DataType.DOUBLE,
        1);
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
