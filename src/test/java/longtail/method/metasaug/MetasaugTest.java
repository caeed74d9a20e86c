package longtail.method.metasaug;

import static longtail.method.metasaug.MetasaugSetup.COUNTS;
import static longtail.method.metasaug.MetasaugSetup.EPOCHS;
import static longtail.method.metasaug.MetasaugSetup.batch;
import static longtail.method.metasaug.MetasaugSetup.method;
import static longtail.method.metasaug.MetasaugSetup.persisting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import longtail.LongTailException;
import longtail.loss.CrossEntropy;
import longtail.loss.Focal;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.method.supervised.Supervised;
import longtail.nn.FrozenNorm;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.CosineHead;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Mode;
import longtail.statistics.ClassRows;
import longtail.statistics.Covariance;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of one worker that learns by MetaSAug. */
class MetasaugTest {
  @Test
  void runningStatisticsMoveOnceAStepAndNothingElseOfTheMetaBatchStays() {
    try (MetasaugSetup learning = new MetasaugSetup(method(Covariance.FULL, Gradient.EXACT));
        MetasaugSetup plain = new MetasaugSetup(method(Covariance.FULL, Gradient.EXACT))) {
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
    try (MetasaugSetup setup = new MetasaugSetup(method(Covariance.FULL, Gradient.EXACT));
        MetasaugSetup supervised = new MetasaugSetup(method(Covariance.FULL, Gradient.EXACT))) {
      LearningProblem problem = supervised.problem;
      Learner want =
          new Supervised()
              .learner(
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
      assertThat(setup.network.parameters().toDoubleVector())
          .isEqualTo(supervised.network.parameters().toDoubleVector());
      assertThat(setup.learner.classState().statistics().count(0)).isZero();
    }
  }

  @Test
  void itLearnsCovariancesOnlyInEveryKthStepAndReportsWhatItFound() {
    try (MetasaugSetup setup = new MetasaugSetup(method(Covariance.DIAGONAL, Gradient.EXACT, 2))) {
      Map<String, Double> learned = setup.step(0).figures();
      assertThat(learned).containsKeys("meta_loss", "meta_gradient_norm", "covariance_norm");
      assertThat(setup.step(1).figures()).doesNotContainKey("meta_loss");
      assertThat(setup.step(2).figures()).containsKey("meta_loss");
    }
  }

  @Test
  void whatWasLearnedPersistsByOption() {
    CovarianceLearning meta = method(Covariance.FULL, Gradient.EXACT).meta();
    try (MetasaugSetup setup = new MetasaugSetup(persisting(Metasaug.Statistics.MERGED))) {
      setup.step(0);
      ClassRows learned = setup.learner.metaGradient().orElseThrow().gradient();
      ClassRows statistics =
          setup.learner.classState().statistics().covariances(learned.classes(), DataType.DOUBLE);
      assertThat(
              setup.learner.classState().covariances(learned.classes(), DataType.DOUBLE).values())
          .isEqualTo(statistics.plus(learned, -meta.lr()).values());
      byte[] state = setup.learner.state();
      setup.learner.restore(state);
      assertThat(setup.learner.state()).isEqualTo(state);
    }
  }

  @ParameterizedTest
  @EnumSource(Gradient.class)
  void onAFrozenBackboneOnlyTheHeadMoves(Gradient gradient) {
    try (MetasaugSetup setup =
        new MetasaugSetup(
            method(Covariance.DIAGONAL, gradient),
            LinearHead.standard(),
            Optional.of(FrozenNorm.RUNNING))) {
      INDArray before = setup.network.parameters().dup();
      setup.step(0);
      setup.step(1);
      assertThat(setup.learner.metaGradient().orElseThrow().gradient().norm()).isPositive();
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
    try (MetasaugSetup whole = new MetasaugSetup(method);
        MetasaugSetup resumed = new MetasaugSetup(method)) {
      whole.step(0);
      whole.step(1);
      resumed.network.parameters().assign(whole.network.parameters());
      resumed.learner.optimizerState().assign(whole.learner.optimizerState());
      resumed.learner.restore(whole.learner.state());
      for (int iteration = 2; iteration < 4; iteration++) {
        whole.step(iteration);
        resumed.step(iteration);
      }
      assertThat(resumed.network.parameters().toDoubleVector())
          .isEqualTo(whole.network.parameters().toDoubleVector());
      assertThat(resumed.learner.state()).isEqualTo(whole.learner.state());
    }
  }

  @Test
  void aLossWithoutTheSecondDerivativeThatTheGradientNeedsIsRefusedAtTheBeginning() {
    for (Gradient gradient : Gradient.values()) {
      ThrowingCallable opening =
          () ->
              new MetasaugSetup(
                      method(Covariance.FULL, gradient),
                      LinearHead.standard(),
                      Optional.empty(),
                      new Focal(1))
                  .close();
      if (gradient == Gradient.FINITE_DIFFERENCE) {
        assertThatCode(opening).doesNotThrowAnyException();
      } else {
        assertThatThrownBy(opening)
            .isInstanceOf(LongTailException.class)
            .hasMessageContaining("ldam, or the gradient by finite differences");
      }
    }
  }

  @Test
  void aHeadThatIsNotLinearIsRefused() {
    assertThatThrownBy(
            () ->
                new MetasaugSetup(
                        method(Covariance.FULL, Gradient.EXACT),
                        new CosineHead(16),
                        Optional.empty())
                    .close())
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("model.head: linear");
  }
}
