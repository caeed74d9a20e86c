package longtail.method.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.Bits;
import longtail.Collective;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.loss.BalancedSoftmax;
import longtail.loss.CrossEntropy;
import longtail.loss.Distillation;
import longtail.loss.LossBatch;
import longtail.loss.LossValue;
import longtail.loss.Reduction;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Networks;
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

class DistillTest {
  private static final int[] LABELS = {0, 2, 1, 0};
  private static final ClassCounts COUNTS = ClassCounts.of(20, 5, 1);
  private static final Sgd SGD = new Sgd(0.1, 0, false, 0);

  @Test
  void aStepFollowsTheGradientOfTheTeachersAndTheLabelsLoss() {
    Distillation loss = new Distillation(0.3, 2, 0.5, new BalancedSoftmax(Reduction.MEAN));
    try (Network learned = network(3, 1);
        Network expected = network(3, 1);
        Network teacher = network(3, 2);
        Learner learner = learner(loss, learned, path -> network(3, 2))) {
      learner.step(StepBatches.of(new Batch(images(), LABELS, new int[4])), 0.1, 0);

      INDArray lessons = teacher.forward(images(), Mode.RUNNING_STATISTICS).logits();
      Activations out = expected.forward(images(), Mode.TRAIN);
      LossValue value =
          loss.bind(COUNTS, 0)
              .evaluate(LossBatch.of(out.features(), out.logits(), LABELS), lessons);
      expected.backward(value.gradLogits());
      List<Span> all = List.of(new Span(0, expected.parameters().length()));
      SGD.step(expected.parameters(), expected.gradients(), null, 0.1, all, 0);
      assertThat(learned.parameters().equalsWithEps(expected.parameters(), 1e-12)).isTrue();
    }
  }

  @Test
  void theTeacherStaysAsItIs() {
    Network teacher = network(3, 2);
    INDArray before = teacher.parameters().dup();
    Distillation loss = new Distillation(0.5, 2, 1, new CrossEntropy());
    try (Network student = network(3, 1);
        Learner learner = learner(loss, student, path -> teacher)) {
      for (int i = 0; i < 2; i++) {
        learner.step(StepBatches.of(new Batch(images(), LABELS, new int[4])), 0.1, i);
      }
      assertThat(Bits.of(teacher.parameters())).isEqualTo(Bits.of(before));
    }
  }

  @Test
  void aTeacherOfOtherClassesIsRefused() {
    Distillation loss = new Distillation(0.5, 2, 1, new CrossEntropy());
    try (Network student = network(3, 1)) {
      assertThatThrownBy(() -> learner(loss, student, path -> network(4, 2)))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("it knows 4 classes, the student 3");
    }
  }

  private static Learner learner(Distillation loss, Network student, Networks networks) {
    List<Span> all = List.of(new Span(0, student.parameters().length()));
    return new Distill(Optional.of("teacher"), Optional.empty(), loss)
        .learner(
            new LearningProblem(
                student,
                new CrossEntropy().bind(COUNTS),
                UpdateRule.of(SGD),
                all,
                COUNTS,
                1,
                0,
                Optional.empty(),
                Collective.ALONE,
                networks,
                Optional.empty(),
                1));
  }

  private static Network network(int classes, long seed) {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), classes, 8, 8),
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
