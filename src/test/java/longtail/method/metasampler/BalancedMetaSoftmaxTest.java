package longtail.method.metasampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.method.Batch;
import longtail.method.Contribution;
import longtail.method.DrawRates;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.supervised.Supervised;
import longtail.nn.FrozenNorm;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Mode;
import longtail.optim.Adam;
import longtail.optim.ParameterGroups;
import longtail.optim.Sgd;
import longtail.optim.UpdateRule;
import longtail.sample.BatchStream;
import longtail.sample.SampleRates;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class BalancedMetaSoftmaxTest {
  private static final BalancedMetaSoftmax METHOD =
      new BalancedMetaSoftmax(
          0.2,
          0.05,
          Optional.empty(),
          BatchStream.Source.TRAINING,
          0,
          BalancedMetaSoftmax.Noise.BY_CLASS);

  @Test
  void runningStatisticsMoveAsByThreePassesAndTheFrozenBackboneNotAtAll() {
    SplittableRandom random = RandomStreams.of(4);
    Batch main = BalancedMetaSoftmaxSetup.batch(random, 4);
    Batch meta = BalancedMetaSoftmaxSetup.batch(random, 3);
    UpdateRule rule = UpdateRule.of(new Sgd(0.1, 0.9, false, 0));
    try (Network stepped = network(FrozenNorm.BATCH);
        BilevelStep step = new BilevelStep(problem(stepped, rule));
        Network passed = network(FrozenNorm.BATCH)) {
      INDArray before = stepped.parameters().dup();
      step.run(main, meta, 0.1, 0);
      passed.forward(main.images(), Mode.TRAIN);
      passed.forward(meta.images(), Mode.TRAIN);
      passed.forward(main.images(), Mode.TRAIN);
      for (ParameterBlock block : stepped.layout()) {
        double[] after = values(stepped.parameters(), block);
        if (!block.trainable()) {
          assertThat(after).containsExactly(values(passed.parameters(), block), within(1e-12));
        } else if (!block.head()) {
          assertThat(after).isEqualTo(values(before, block));
        } else {
          assertThat(after).isNotEqualTo(values(before, block));
        }
      }
    }
  }

  @Test
  void theClassifierLearnsAsUnderSupervisionWhateverTheMetaBatchSays() {
    SplittableRandom random = RandomStreams.of(5);
    UpdateRule rule = UpdateRule.of(new Sgd(0.1, 0.9, true, 1e-3));
    try (Network meta = network(FrozenNorm.RUNNING);
        Network plain = network(FrozenNorm.RUNNING)) {
      Learner learner = METHOD.learner(problem(meta, rule));
      Learner supervised = new Supervised().learner(problem(plain, rule));
      for (int i = 0; i < 3; i++) {
        Batch batch = BalancedMetaSoftmaxSetup.batch(random, 4);
        learner.step(
            new StepBatches(batch, List.of(BalancedMetaSoftmaxSetup.batch(random, 3))), 0.1, i);
        supervised.step(StepBatches.of(batch), 0.1, i);
      }
      assertThat(meta.parameters().toDoubleVector()).isEqualTo(plain.parameters().toDoubleVector());
      assertThat(learner.optimizerState().toDoubleVector())
          .isEqualTo(supervised.optimizerState().toDoubleVector());
    }
  }

  @Test
  void aRestoredLearnerGoesOnToTheBitAndAnEmptyStateIsTheBeginning() {
    BalancedMetaSoftmax lagging =
        new BalancedMetaSoftmax(
            0.2,
            0.05,
            Optional.of(3),
            BatchStream.Source.META,
            2,
            BalancedMetaSoftmax.Noise.BY_IMAGE);
    for (BalancedMetaSoftmax method : List.of(METHOD, lagging)) {
      try (Network network = network(FrozenNorm.RUNNING)) {
        INDArray start = network.parameters().dup();
        Learner learner =
            method.learner(problem(network, UpdateRule.of(new Sgd(0.1, 0, false, 0))));
        byte[] beginning = learner.state();
        learn(learner, 0, 3);
        byte[] middle = learner.state();
        INDArray parameters = network.parameters().dup();
        learn(learner, 3, 6);
        byte[] end = learner.state();
        assertThat(end).isNotEqualTo(middle);

        network.parameters().assign(parameters);
        learner.restore(middle);
        learn(learner, 3, 6);
        assertThat(learner.state()).isEqualTo(end);

        network.parameters().assign(start);
        learner.restore(new byte[0]);
        assertThat(learner.state()).isEqualTo(beginning);
        learn(learner, 0, 6);
        assertThat(learner.state()).isEqualTo(end);
      }
    }
  }

  @Test
  void batchesAreDrawnWithTheRatesOfSoManyStepsBefore() {
    BalancedMetaSoftmax lagging =
        new BalancedMetaSoftmax(
            0.2,
            0.05,
            Optional.empty(),
            BatchStream.Source.TRAINING,
            2,
            BalancedMetaSoftmax.Noise.BY_CLASS);
    try (Network network = network(FrozenNorm.RUNNING)) {
      Learner learner = lagging.learner(problem(network, UpdateRule.of(new Sgd(0.1, 0, false, 0))));
      DrawRates draws = learner.draws().orElseThrow();
      double[] initial =
          SampleRates.initial(BalancedMetaSoftmaxSetup.COUNTS, 0.2)
              .classProbabilities(BalancedMetaSoftmaxSetup.COUNTS);
      assertThat(draws.known(5)).isEqualTo(2);
      assertThat(draws.known(1)).isEqualTo(1);
      for (int ahead = 0; ahead <= 2; ahead++) {
        assertThat(draws.classProbabilities(ahead)).isEqualTo(initial);
      }
      learn(learner, 0, 1);
      double[] afterOne = draws.classProbabilities(2);
      assertThat(afterOne).isNotEqualTo(initial);
      assertThat(draws.classProbabilities(1)).isEqualTo(initial);
      learn(learner, 1, 3);
      assertThat(draws.classProbabilities(0)).isEqualTo(afterOne);

      learner.endEpoch();
      double[] ofNewEpoch = draws.classProbabilities(0);
      assertThat(ofNewEpoch).isNotEqualTo(afterOne);
      for (int ahead = 1; ahead <= 2; ahead++) {
        assertThat(draws.classProbabilities(ahead)).isEqualTo(ofNewEpoch);
      }
      learn(learner, 3, 5);
      assertThat(draws.classProbabilities(0)).isEqualTo(ofNewEpoch);
      learn(learner, 5, 6);
      assertThat(draws.classProbabilities(0)).isNotEqualTo(ofNewEpoch);
    }
  }

  @Test
  void workersMergeToTheMeanByTheirExamples() {
    try (Network network = network(FrozenNorm.RUNNING)) {
      Learner learner = METHOD.learner(problem(network, UpdateRule.of(new Sgd(0.1, 0, false, 0))));
      learn(learner, 0, 2);
      byte[] first = learner.contribution();
      learn(learner, 2, 4);
      byte[] second = learner.contribution();
      byte[] none = learner.state();
      learn(learner, 4, 5);

      learner.merge(
          List.of(
              new Contribution(first, 3), new Contribution(second, 1), new Contribution(none, 0)),
          2);
      double[] a = numbers(first);
      double[] b = numbers(second);
      assertThat(numbers(learner.state()))
          .containsExactly(
              IntStream.range(0, a.length).mapToDouble(i -> 0.75 * a[i] + 0.25 * b[i]).toArray(),
              within(1e-15));
      learner.merge(List.of(new Contribution(second, 7)), 0);
      assertThat(learner.state()).isEqualTo(second);
      Contribution idle = new Contribution(first, 0);
      learner.merge(List.of(idle, idle), 1);
      assertThat(learner.state()).isEqualTo(first);
    }
  }

  @Test
  void withoutAMetaBatchOnlyTheClassifierLearns() {
    try (Network network = network(FrozenNorm.RUNNING)) {
      Learner learner = METHOD.learner(problem(network, UpdateRule.of(new Sgd(0.1, 0, false, 0))));
      byte[] before = learner.state();
      INDArray parameters = network.parameters().dup();
      Batch none = new Batch(List.of(), new int[0], new int[0]);
      Batch main = BalancedMetaSoftmaxSetup.batch(RandomStreams.of(6), 4);
      StepResult result = learner.step(new StepBatches(main, List.of(none)), 0.1, 0);
      assertThat(result.figures()).isEmpty();
      assertThat(learner.state()).isEqualTo(before);
      assertThat(network.parameters()).isNotEqualTo(parameters);
    }
  }

  @Test
  void aStepReportsTheMetaLossAndTheRates() {
    try (Network network = network(FrozenNorm.RUNNING)) {
      Learner learner = METHOD.learner(problem(network, UpdateRule.of(new Sgd(0.1, 0, false, 0))));
      learn(learner, 0, 5);
      StepResult result = learn(learner, 5, 6);
      assertThat(result.figures())
          .containsOnlyKeys(
              "meta_loss", "meta_gradient_norm", "smallest_sample_rate", "largest_sample_rate");
      assertThat(result.figures().get("meta_gradient_norm")).isPositive();
    }
  }

  @Test
  void anUpdateThatIsNotLinearInTheGradientIsRefused() {
    UpdateRule sgd = UpdateRule.of(new Sgd(0.1, 0.9, false, 0));
    refused(FrozenNorm.RUNNING, UpdateRule.of(new Adam(0.1, 0.9, 0.999, 1e-8, 0)));
    refused(
        FrozenNorm.RUNNING,
        new UpdateRule(
            sgd.optimizer(),
            Optional.of(1.0),
            ParameterGroups.uniform(),
            Optional.empty(),
            Optional.empty()));
  }

  private static void refused(FrozenNorm norm, UpdateRule rule) {
    try (Network network = network(norm)) {
      assertThatThrownBy(() -> METHOD.learner(problem(network, rule)))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("balanced-meta-softmax");
    }
  }

  private static StepResult learn(Learner learner, int from, int to) {
    StepResult last = null;
    for (int i = from; i < to; i++) {
      SplittableRandom random = RandomStreams.of(9, i);
      Batch main = BalancedMetaSoftmaxSetup.batch(random, 4);
      last =
          learner.step(
              new StepBatches(main, List.of(BalancedMetaSoftmaxSetup.batch(random, 3))), 0.1, i);
    }
    return last;
  }

  private static Network network(FrozenNorm norm) {
    return BalancedMetaSoftmaxSetup.frozen(
            LinearHead.standard(), norm, UpdateRule.of(new Sgd(0.1, 0, false, 0)))
        .network();
  }

  private static LearningProblem problem(Network network, UpdateRule rule) {
    return BalancedMetaSoftmaxSetup.frozen(LinearHead.standard(), FrozenNorm.BATCH, rule)
        .problem(network);
  }

  private static double[] values(INDArray flat, ParameterBlock block) {
    return Arrays.copyOfRange(
        flat.toDoubleVector(), (int) block.offset(), (int) (block.offset() + block.length()));
  }

  private static double[] numbers(byte[] bytes) {
    double[] numbers = new double[bytes.length / 8];
    ByteBuffer.wrap(bytes).asDoubleBuffer().get(numbers);
    return numbers;
  }
}
